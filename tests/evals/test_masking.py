"""No secret and no person is left in what is recorded, and what is left still hangs together."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject, JsonValue
from evals.recording.masking import Masking
from evals.recording.pseudonyms import Pseudonyms

HEADER: JsonObject = {"type": "session", "version": 1, "id": "c", "server": "https://h.example/mcp"}


def said(text: str) -> JsonObject:
    return {"type": "turn_started", "text": text, "context": "Today is Monday.", "turn": 1}


def result(structured: JsonValue, text: str | None = None) -> JsonObject:
    call: JsonObject = {"id": "c1", "name": "get_task", "arguments": "{}"}
    told = json.dumps(structured) if text is None else text
    return {"type": "tool_call_finished", "call": call, "text": told, "structured": structured}


def masked(*lines: JsonObject, people: bool = True, own: tuple[str, ...] = ()) -> list[JsonObject]:
    masking = Masking([HEADER, *lines], own, hides_people=people)
    return [masking.mask(line) for line in lines]


def text_of(*lines: JsonObject, people: bool = True, own: tuple[str, ...] = ()) -> str:
    return json.dumps(masked(*lines, people=people, own=own), ensure_ascii=False)


# Secrets

SECRETS = {
    "an API key": "sk-proj-abcdef0123456789",
    "a token of GitHub": "ghp_0123456789abcdefABCDEF0123456789abcd",
    "a token of GitLab": "glpat-0123456789abcdefghij",
    "a token of Slack": "xoxb-1234567890-abcdefghij",
    "a key of AWS": "AKIAIOSFODNN7EXAMPLE",
    "a key of Google": "AIzaSyA-0123456789abcdefghijklmnopqrstu",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("people", [True, False], ids=["with people", "of the sandbox"])
def test_a_secret_is_taken_out_wherever_it_stands(secret: str, people: bool) -> None:
    answer: JsonObject = {"type": "step_finished", "text": f"I used {secret}", "tool_calls": []}
    lines = (said(f"Use {secret} please"), result({"notes": [f"it is {secret}."]}), answer)
    text = text_of(*lines, people=people)
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


def test_a_secret_that_is_labelled_once_is_taken_out_where_it_stands_alone() -> None:
    assert "k3yval99" not in text_of(result({"clientSecret": "k3yval99"}), said("What is k3yval99?"))


def test_a_plain_word_behind_a_label_stays_elsewhere() -> None:
    first, second = masked(result({"token": "missing"}), said("The task is missing."))
    assert first["structured"] == {"token": "[redacted]"}
    assert second["text"] == "The task is missing."


def test_the_programs_own_keys_are_taken_out_whatever_they_look_like() -> None:
    assert "plainlooking" not in text_of(said("What is plainlooking?"), own=("plainlooking", ""))


def test_what_only_looks_like_a_label_stays() -> None:
    texts = ["The token is missing", "It cost 12 tokens: fine", "Create the task “Secret santa”"]
    assert [line["text"] for line in masked(*map(said, texts))] == texts


def test_folders_name_nobody() -> None:
    texts = ("see /home/daniel/x", "see /Users/daniel/x", "see C:\\Users\\daniel\\x")
    assert "daniel" not in text_of(*map(said, texts), people=False)


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


def test_telephone_numbers_keep_their_shape() -> None:
    text = str(masked(said("Call +49 (30) 1234-5678 on 2026-11-23, task 141383"))[0]["text"])
    assert "1234" not in text
    assert text.endswith("on 2026-11-23, task 141383")
    assert [character for character in text if character in "+()-"] == list("+()---")


def test_the_invented_people_of_the_sandbox_stay() -> None:
    line = result({"owners": [PRIYA]})
    assert masked(line, people=False) == [line]


def test_it_is_counted_by_kind() -> None:
    masking = Masking([said("sk-abcdefgh1234"), result(PRIYA)], (), hides_people=True)
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
