"""No secret and no person is left in what is recorded, and what is left still hangs together."""

import json
import re
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject, JsonValue
from evals.recording.invented import NOBODY, Invented, invented_by
from evals.recording.masking import Masking
from evals.recording.pseudonyms import Pseudonyms

HEADER: JsonObject = {"type": "session", "version": 1, "id": "c", "server": "https://h.example/mcp"}


def said(text: str) -> JsonObject:
    return {"type": "turn_started", "text": text, "context": "Today is Monday.", "turn": 1}


def result(structured: JsonValue, text: str | None = None) -> JsonObject:
    call: JsonObject = {"id": "c1", "name": "get_task", "arguments": "{}"}
    told = json.dumps(structured) if text is None else text
    return {"type": "tool_call_finished", "call": call, "text": told, "structured": structured}


def masked(*lines: JsonObject, invented: Invented = NOBODY, own: tuple[str, ...] = ()) -> list[JsonObject]:
    masking = Masking([HEADER, *lines], own, invented)
    return [masking.mask(line) for line in lines]


def text_of(*lines: JsonObject, invented: Invented = NOBODY, own: tuple[str, ...] = ()) -> str:
    return json.dumps(masked(*lines, invented=invented, own=own), ensure_ascii=False)


def said_masked(text: str, *results: JsonValue, invented: Invented = NOBODY) -> str:
    return str(masked(said(text), *map(result, results), invented=invented)[0]["text"])


# Secrets

SECRETS = {
    "an API key": "sk-proj-abcdef0123456789",
    "a token of GitHub": "ghp_0123456789abcdefABCDEF0123456789abcd",
    "a token of GitLab": "glpat-0123456789abcdefghij",
    "a token of Slack": "xoxb-1234567890-abcdefghij",
    "a key of AWS": "AKIAIOSFODNN7EXAMPLE",
    "a key of Google": "AIzaSyA-0123456789abcdefghijklmnopqrstu",
    "a key of Stripe": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "a token of npm": "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "a bank account": "DE89 3704 0044 0532 0130 00",
    "a bank account without blanks": "GB82WEST12345698765432",
    "a payment card": "4111 1111 1111 1111",
    "another payment card": "378282246310005",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    answer: JsonObject = {"type": "step_finished", "text": f"I used {secret}", "tool_calls": []}
    lines = (said(f"Use {secret} please"), result({"notes": [f"it is {secret}."]}), answer)
    text = text_of(*lines)
    assert json.dumps(secret)[1:-1] not in text
    assert text.count("[redacted]") == 4


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcDEF123.456", "abcDEF123.456"),
        ("curl -H 'authorization: Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
        ("the password is hunter2!", "hunter2!"),
        ("password=sunshine", "sunshine"),
        ("My password is sunshine", "sunshine"),
        ('{"api_key": "abcd1234efgh"}', "abcd1234efgh"),
        ("postgres://anna:geheim99@db.example/x", "geheim99"),
        ("postgres://anna:geheim99@db.example/x", "anna"),
    ],
)
def test_what_is_said_to_be_a_secret_is_taken_out(text: str, secret: str) -> None:
    assert secret not in text_of(said(text))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my password is hunter2hunter2", "my password is [redacted]"),
        ("My password is Summer2024!, thanks", "My password is [redacted], thanks"),
        ("password=Tr0ub4dor&3", "password=[redacted]"),
        (
            "see https://h.example/?token=abcdef123456&page=2",
            "see https://h.example/?token=[redacted]&page=2",
        ),
        ("?token=abcdef123456", "?token=[redacted]"),
        ("token=deploykey99x.", "token=[redacted]."),
        ("(token=deploykey99x)", "(token=[redacted])"),
        ("passwd: 'correct horse battery staple' now", "passwd: '[redacted]' now"),
        ("Password is “blue sky”", "Password is “[redacted]”"),
        ("Passwort: Sommer", "Passwort: [redacted]"),
        ("the password for the wifi is: lilac", "the password for the wifi is: [redacted]"),
        ("my pin is 4711", "my pin is [redacted]"),
        ('{"note": "token=abcdef123", "n": 1}', '{"note": "token=[redacted]", "n": 1}'),
    ],
)
def test_the_whole_of_what_a_label_names_is_taken_out(text: str, left: str) -> None:
    assert said_masked(text) == left


def test_a_secret_key_without_a_shape_is_known_by_the_id_beside_it() -> None:
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert said_masked(f"AKIAIOSFODNN7EXAMPLE / {key}") == "[redacted] / [redacted]"
    assert said_masked(f"the commit {key}") == f"the commit {key}"


def test_what_was_learnt_goes_before_what_only_begins_alike() -> None:
    text = said_masked("hunter2 and hunter2hunter2", {"password": "hunter2"}, {"password": "hunter2hunter2"})
    assert text == "[redacted] and [redacted]"


def test_a_secret_that_is_labelled_once_is_taken_out_where_it_stands_alone() -> None:
    assert "k3yval99" not in text_of(result({"clientSecret": "k3yval99"}), said("What is k3yval99?"))


def test_a_plain_word_behind_a_label_stays_elsewhere() -> None:
    first, second = masked(result({"token": "missing"}), said("The task is missing."))
    assert first["structured"] == {"token": "[redacted]"}
    assert second["text"] == "The task is missing."


def test_the_programs_own_keys_are_taken_out_whatever_they_look_like() -> None:
    assert "plainlooking" not in text_of(said("What is plainlooking?"), own=("plainlooking", ""))


def test_what_only_looks_like_a_label_stays() -> None:
    texts = [
        "The token is missing",
        "The password is required.",
        "It cost 12 tokens: fine",
        "Create the task “Secret santa”",
        "The pin is red, shipping is 4711",
        "The number 4111 1111 1111 1112 and DE88 3704 0044 0532 0130 00 are none",
    ]
    assert [line["text"] for line in masked(*map(said, texts))] == texts


def test_folders_name_nobody() -> None:
    texts = ("see /home/daniel/x", "see /Users/daniel/x", "see C:\\Users\\daniel\\x")
    assert "daniel" not in text_of(*map(said, texts))


def test_what_an_endpoint_alone_can_read_is_dropped() -> None:
    line: JsonObject = {"type": "step_finished", "text": "", "tool_calls": [], "provider_items": ["gAAAA"]}
    assert masked(line)[0]["provider_items"] == []


# People

PRIYA: JsonObject = {"firstName": "Priya", "lastName": "Nair", "email": "priya.nair@acme-corp.com"}


def test_a_person_is_replaced_in_all_lines_alike() -> None:
    written = masked(
        said("Give it to priya, and tell PRIYA's team"),
        {
            "type": "step_finished",
            "text": "Priya Nair has it.",
            "tool_calls": [{"id": "c1", "name": "update_task", "arguments": '{"comment": "Hi Priya"}'}],
            "provider_items": [],
        },
        result({"task": {"title": "Ask Nair", "owners": [{"id": 105, **PRIYA}]}}),
    )
    text = json.dumps(written)
    # As whoever reads the file finds it.
    lines: Any = json.loads(text)
    assert not any(word in text.casefold() for word in ("priya", "nair", "acme"))
    owner = lines[2]["structured"]["task"]["owners"][0]
    first, last = owner["firstName"], owner["lastName"]
    assert lines[0]["text"] == f"Give it to {first.lower()}, and tell {first.upper()}'s team"
    assert lines[1]["text"] == f"{first} {last} has it."
    assert lines[1]["tool_calls"][0]["arguments"] == f'{{"comment": "Hi {first}"}}'
    assert owner["email"].startswith(f"{first.lower()}.{last.lower()}@")
    assert owner["email"].endswith(".test")
    assert (len(first), len(last), len(owner["email"])) == (5, 4, len("priya.nair@acme-corp.com"))
    assert owner["id"] == 105


@pytest.mark.parametrize(
    "structured",
    [
        {"userName": "Wilhelmina"},
        {"ownerName": "Wilhelmina Oak"},
        {"createdBy": "Wilhelmina"},
        {"assignees": ["Wilhelmina", "Bob"]},
        {"author": {"id": 1, "name": "Wilhelmina"}},
        {"rows": [{"name": "Wilhelmina", "email": "w@x.example"}]},
        {"display_name": "Wilhelmina"},
        {"note": "Wilhelmina Oak <w.oak@x.example> wrote"},
    ],
)
def test_the_fields_of_results_tell_who_are_people(structured: JsonObject) -> None:
    assert "wilhelmina" not in text_of(result(structured), said("Ask wilhelmina")).casefold()


def test_the_names_of_things_stay() -> None:
    structured: JsonObject = {
        "project": {"name": "Website relaunch"},
        "statusName": "In review",
        "title": "Mark",
    }
    assert masked(result(structured))[0]["structured"] == structured


def test_a_name_that_is_a_word_too_is_masked_as_it_is_written() -> None:
    lines = masked(said("mark it done, Mark said"), result({"firstName": "Mark", "lastName": "Oyelaran"}))
    text = str(lines[0]["text"])
    assert text.startswith("mark it done, ")
    assert "Mark" not in text


def test_roles_and_what_schemas_allow_stay() -> None:
    prefix: JsonObject = {
        "type": "request_prefix",
        "system": "S",
        "functions": [{"name": "f", "parameters": {"properties": {"priority": {"enum": ["Urgent"]}}}}],
    }
    structured: JsonObject = {"firstName": "Urgent", "lastName": "Admin", "priority": "Urgent"}
    assert masked(prefix, result(structured))[1]["structured"] == structured


def test_names_in_other_scripts_are_masked() -> None:
    structured: JsonObject = {"userName": "王伟", "ownerName": "Анна Петрова", "memberName": "Zoë Müller"}
    text = text_of(result(structured), said("请给王伟, АННА and zoë müller"))
    assert not any(word in text for word in ("王伟", "Анна", "АННА", "Петрова", "Zoë", "zoë", "müller"))


@pytest.mark.parametrize("name", ["Weiß", "İpek", "STRAẞE", "ǅuro", "Łukasz"])
def test_names_whose_letters_are_others_in_the_other_case_are_masked(name: str) -> None:
    text = text_of(result({"userName": name}), said(f"Ask {name}, {name.lower()} or {name.upper()}"))
    assert name not in text
    assert name.lower() not in text


@pytest.mark.parametrize(
    "text",
    [
        "I am Jonas Weber, jonas.weber@acme.io; tell Weber that Jonas knows",
        "Weber-Jonas (that is Weber Jonas): j@acme.io or weber_jonas@acme.io",
    ],
)
def test_a_name_that_an_address_is_made_of_is_masked_wherever_it_stands(text: str) -> None:
    left = said_masked(text)
    assert "Jonas" not in left
    assert "Weber" not in left


def test_words_that_an_address_is_not_made_of_stay() -> None:
    left = said_masked("Ask Sales Support at sales@acme.io about the Mobile App")
    assert left.startswith("Ask Sales Support at ")
    assert left.endswith(" about the Mobile App")


def test_telephone_numbers_keep_their_shape() -> None:
    text = str(masked(said("Call +49 (30) 1234-5678 on 2026-11-23, task 141383"))[0]["text"])
    assert "1234" not in text
    assert text.endswith("on 2026-11-23, task 141383")
    assert [character for character in text if character in "+()-"] == list("+()---")


NUMBERS = [
    "+1 415 867 5309",
    "(212) 736-5000",
    "212-736-5000",
    "212.736.5000",
    "1-212-736-5000",
    "0041 44 668 18 00",
    "0041446681800",
    "01 42 68 53 00",
    "079 123 45 67",
    "030 / 901820",
    "0171/1234567",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_telephone_numbers_are_known_by_how_they_are_written(number: str) -> None:
    text = said_masked(f"Call {number}, please")
    assert number not in text
    assert re.sub(r"\d", "0", text) == re.sub(r"\d", "0", f"Call {number}, please")


NO_NUMBERS = [
    *("12345", "141383", "12345678", "20261123", "1764000000000", "0012345678", "0000-0000"),
    *("2026-11-23", "23.11.2026", "01.02.2026", "01/02/2026", "01-02-2026", "01 02 2026", "2026-W48"),
    *("2026-11-23T09:00:00+00:00", "01-02-2026 10:30", "UTC+01:00"),
    *("09:30", "09:30-17:00", "08:00 12:00 13:00", "0900-1800", "00:45:00", "01h30m"),
    *("v1.2.3", "10.0.19045.3803", "192.168.100.200", "127.0.0.1:8631", "978-3-16-148410-0"),
    *("1.234.567,89", "1 234 567.89", "12 345 678 EUR", "100,000,000", "0.25", "+100"),
    "01926f3a-7b2c-7def-8123-0123456789ab",
]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_ids_dates_times_versions_and_amounts_are_no_telephone_numbers(text: str) -> None:
    assert said_masked(f"It is {text}, see") == f"It is {text}, see"


@given(st.dates(), st.times(), st.integers(10_000, 99_999_999), st.sampled_from(["-", "/", "."]))
def test_no_date_time_or_id_is_a_telephone_number(day: date, at: time, number: int, gap: str) -> None:
    other = f"{day.day:02d}{gap}{day.month:02d}{gap}2026"
    told = f"{day.isoformat()} {at.isoformat()}, {other} for #{number} and {number}"
    assert said_masked(told) == told


@pytest.mark.parametrize("field", ["phone", "mobileNumber", "tel", "fax", "workPhone"])
def test_a_field_for_telephone_numbers_tells_of_them_in_every_form(field: str) -> None:
    text = said_masked("Call 736-5000 or 7365000, not 7365001", {field: "736 5000"})
    assert "5000" not in text
    assert text.endswith("7365001")
    (line,) = masked(result({field: 7365000}))
    assert "7365000" not in json.dumps(line)
    assert json.loads(str(line["text"])) == line["structured"]


@pytest.mark.parametrize("address", ["müller@straße.de", "Bob.O'Neil+tag@example.com", "o'neil@acme.io"])
def test_an_address_goes_as_a_whole(address: str) -> None:
    text = said_masked(f"Write to {address}.")
    words = re.findall(r"\w\w+", address.removesuffix("@example.com"))
    assert not any(word in text for word in words)
    assert re.fullmatch(r"Write to \S+@\w+\.\w+\.", text)


ALEX: JsonObject = {"firstName": "Alex", "lastName": "Morgan", "email": "alex@demo.astravue.example"}


def test_the_invented_people_of_the_sandbox_stay_and_nobody_else_does() -> None:
    line = result({"owners": [ALEX], "phone": "+49 40 5550 1234", "email": "sales@cabinets.example"})
    invented = invented_by("demo")
    text = "Tell Alex, I am Jonas Weber (jonas.weber@acme.io), +1 415 867 5309"
    told, kept = masked(said(text), line, invented=invented)
    assert kept == line
    assert str(told["text"]).startswith("Tell Alex, I am ")
    assert not any(word in json.dumps(told) for word in ("Jonas", "Weber", "jonas", "weber", "acme", "867"))
    assert "Alex" not in text_of(line)


@pytest.mark.parametrize("seed", ["demo", "empty", "large"])
def test_an_address_at_the_domain_of_the_sandbox_is_somebodys_all_the_same(seed: str) -> None:
    invented = invented_by(seed)
    assert invented.has_address("Priya@demo.astravue.example")
    text = said_masked("Invite wilhelmina@demo.astravue.example", invented=invented)
    assert text.endswith("@demo.astravue.example")
    assert "wilhelmina" not in text


# Forms of names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ludmila Straßburger", "LUDMILA STRASSBURGER has it"),
        ("Ludmila Straßburger", "Ask strassburger"),
        ("Tim Okonjo", "Tims task, and Okonjos"),
        ("Ludmila Okonjo", "Ask Ludmilas or Ludmilam"),
        ("Li Wei", "Ask li wei or LI WEI, WEI"),
        ("José García", "Jose Garcia, JOSÉ"),
        ("Mark Oyelaran", "MARK OYELARAN or Oyelaran, Mark said it to Mark"),
    ],
)
def test_a_name_is_found_in_other_forms(name: str, text: str) -> None:
    told = said_masked(text, {"userName": name}).casefold()
    words = [*name.casefold().split(), "jose", "garcia"]
    assert not any(word in told.replace("mark said", "") for word in words if len(word) > 2)
    assert "li" not in told.split()


def test_the_forms_of_one_name_get_one_pseudonym() -> None:
    first, second, third = said_masked(
        "Straßburger STRASSBURGER Straßburgers", {"userName": "Straßburger"}
    ).split()
    assert first.upper() == second
    assert third == f"{first}s"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("An Nguyen", "An apple"),
        ("May Okonjo", "May 5th, on May 5th, and it may be"),
        ("Mark Okonjo", "Mark it done"),
        ("Tim Okonjo", "The timing of time"),
        ("Will Okonjo", "I will. Will it?"),
    ],
)
def test_words_that_are_names_too_stay(name: str, text: str) -> None:
    assert said_masked(text, {"userName": name}) == text


def test_the_names_of_fields_stay() -> None:
    structured: JsonObject = {"firstName": "Page", "lastName": "Colour", "page": 1, "colour": "red"}
    (line,) = masked(result(structured))
    told = json.loads(str(line["text"]))
    assert told == line["structured"]
    assert told.keys() == structured.keys()
    assert "Page" not in told.values()


def test_only_what_has_a_capital_right_before_an_address_is_a_name() -> None:
    first = "There are Ludmila Straßburger (ludmila@x.example)"
    told = said_masked(f"{first} and jonas weber <jonas.weber@x.example>. There are more")
    assert told.startswith("There are ")
    assert told.endswith("There are more")
    assert not any(word in told.casefold() for word in ("ludmila", "straßburger", "jonas", "weber"))
    assert "Ludmila" not in said_masked("Ludmila <lo@x.example>. Ludmila")
    assert said_masked("Ask Them All (all@x.example). Ask me").endswith("Ask me")


def test_it_is_counted_by_kind() -> None:
    masking = Masking([said("sk-abcdefgh1234"), result(PRIYA)], ())
    for line in (said("sk-abcdefgh1234 and sk-abcdefgh1234"), result(PRIYA)):
        masking.mask(line)
    assert masking.counts == {"API key": 1, "name": 2, "e-mail address": 1}


def test_what_this_program_says_stays() -> None:
    line: JsonObject = {
        "type": "turn_started",
        "text": "Hi",
        "context": "Today is Monday, in June.",
        "turn": 1,
        "time": 3.5,
    }
    assert masked(line, result({"firstName": "June", "lastName": "Monday"}))[0]["context"] == line["context"]


# Pseudonyms


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), unique=True, max_size=60))
def test_two_words_never_get_the_same_pseudonym_nor_one_that_is_a_name(words: list[str]) -> None:
    pseudonyms = Pseudonyms(words)
    given_words = [pseudonyms.word(word) for word in words]
    assert len(set(given_words)) == len(words)
    assert not set(given_words) & set(words)
    assert [len(word) for word in given_words] == [len(word) for word in words]
    assert [pseudonyms.word(word) for word in words] == given_words


def test_pseudonyms_tell_nothing_of_what_they_stand_for() -> None:
    assert Pseudonyms().word("priya") == Pseudonyms().word("mario")


def test_addresses_at_reserved_domains_keep_them() -> None:
    assert Pseudonyms().email("a.b@demo.astravue.example").endswith("@demo.astravue.example")
