"""A core of functions is always offered, and of the rest those that a request points at."""

import pytest

from agent.jsontypes import JsonObject
from agent.model.embedded.choice import answer_schema
from agent.model.embedded.naming import Signature, read_signatures
from agent.model.embedded.offer import BUDGET, Offer, write_further
from agent.model.embedded.prefix import Prompt, build_prefix, divide
from agent.model.embedded.wording import write_line
from agent.model.protocol import FunctionDefinition
from evals.embedded.functions import load_functions

SIGNATURES = read_signatures(load_functions())
OFFER = divide(SIGNATURES)
NOUNS = ("invoice", "customer", "shipment", "warehouse", "voucher", "carrier")
VERBS = ("list", "get", "create", "update", "delete")


def foreign() -> tuple[Signature, ...]:
    """120 functions of a server that has nothing in common with Astravue."""
    properties: JsonObject = {f"{word}Text": {"type": "string"} for word in ("first", "second", "third")}
    functions = [
        FunctionDefinition(
            f"{verb}_{noun}_{part}",
            f"{verb.title()} the {part} of one {noun}, or of several that belong together.",
            {"type": "object", "properties": properties},
        )
        for noun in NOUNS
        for part in ("record", "address", "label", "history")
        for verb in VERBS
    ]
    return read_signatures(functions)


def pointed_at(request: str) -> list[str]:
    return [signature.tool for signature in OFFER.pointed_at(request)]


def test_few_functions_are_all_core() -> None:
    few = SIGNATURES[:20]
    assert Offer.divide(few, ("get_task",)) == Offer(few)
    assert Offer.divide(few, ("get_task",)).pointed_at("Which tags are there?") == ()


def test_the_core_is_what_the_prompt_names_in_its_order() -> None:
    assert tuple(signature.tool for signature in OFFER.core) == Prompt.load().core
    assert {s.tool for s in OFFER.all} == {s.tool for s in SIGNATURES}
    assert len(OFFER.all) == len(SIGNATURES)


def test_the_core_does_not_depend_on_the_order_in_which_a_server_lists() -> None:
    assert divide(SIGNATURES[::-1]).core == OFFER.core


@pytest.mark.parametrize(
    ("request_text", "tool"),
    [
        ("Which tags are there?", "list_tags"),
        ("Tag it with urgent", "add_tag_to_task"),
        ("What is on its checklist?", "get_task_checklists"),
        ("Untick Proofread, I ticked it by mistake", "update_checklist_item"),
        ("What blocks the launch?", "list_dependencies"),
        ("What is Fix the printer waiting for?", "list_dependencies"),
        ("Label it with hardware", "add_tag_to_task"),
        ("The launch depends on the copy", "add_dependency"),
        ("Any unread notifications?", "list_notifications"),
        ("Any unread notificatons?", "list_notifications"),
        ("Show the attached files", "list_attachments"),
        ("Use my saved filters", "list_filters"),
        ("What statuses does Website have?", "list_task_statuses"),
        ("Set the custom field Budget to 5", "set_custom_field_value"),
        ("Show the project stats", "internal_get_project_stats"),
    ],
)
def test_words_lead_to_further_functions(request_text: str, tool: str) -> None:
    assert tool in pointed_at(request_text)
    assert len(pointed_at(request_text)) <= 6


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "Hello",
        "What is late?",
        "Which of my tasks are overdue?",
        "Start a timer on it",
        "Mark it as done",
        "Rename it to Repair login",
        "Move it to another project",
        "Create a project Winter in Operations",
        "How is the Mobile app project doing?",
        'Add "Tag the boxes and filter the notifications" to Office move',
        "Assign Filter the notifications to Lena",
        "Start a timer on Tag all boxes",
    ],
)
def test_other_requests_bring_nothing_extra(request_text: str) -> None:
    assert pointed_at(request_text) == []


def test_a_question_leads_to_what_shows_before_what_changes() -> None:
    assert pointed_at("Which custom fields are there?")[0] == "get_custom_fields"
    assert pointed_at("Remove the custom field Cost")[0] != "get_custom_fields"


def test_functions_of_the_servers_own_interface_come_only_by_their_name() -> None:
    assert "internal_get_project_stats" not in pointed_at("Show the completion metrics of Mobile app")


def test_the_answer_can_call_what_was_offered_and_nothing_else() -> None:
    further = OFFER.pointed_at("Which tags are there?")
    text = str(answer_schema([*OFFER.core, *further], "Which tags are there?"))
    assert "'list_tags'" in text
    assert "'list_filters'" not in text


def test_of_a_foreign_server_the_first_functions_are_core_up_to_the_budget() -> None:
    functions = foreign()
    offer = divide(functions)
    assert len(functions) == 120
    assert offer.all == functions
    assert sum(len(write_line(signature)) + 1 for signature in offer.core) <= BUDGET
    assert len(str(build_prefix(offer)[0]["content"])) < 2 * BUDGET


def test_the_rest_of_a_foreign_server_is_found_by_its_words() -> None:
    offer = divide(foreign())
    found = [signature.tool for signature in offer.pointed_at("Please delete the label of that carrier")]
    assert found[0] == "delete_carrier_label"
    assert len(found) <= 6


def test_a_function_with_very_many_parameters_is_told_of_in_short() -> None:
    properties: JsonObject = {f"optional{n}": {"type": "string"} for n in range(80)}
    properties["wanted"] = {"type": "string"}
    schema: JsonObject = {"type": "object", "properties": properties, "required": ["wanted"]}
    (signature,) = read_signatures([FunctionDefinition("find_it", "Finds it.", schema)])
    assert write_further([signature]) == "find_it(wanted) - Finds it"


def test_further_functions_are_few_enough_to_be_read_at_once() -> None:
    for request in ("Untick the checklist item Proofread", "Rename the field Cost", "Delete the option Gold"):
        offered = OFFER.pointed_at(request)
        assert 0 < len(write_further(offered)) <= 500


def test_a_long_list_of_values_is_cut() -> None:
    values: JsonObject = {"country": {"type": "string", "enum": [f"C{n}" for n in range(200)]}}
    schema: JsonObject = {"type": "object", "properties": values}
    (signature,) = read_signatures([FunctionDefinition("choose", "", schema)])
    assert write_line(signature).endswith("|C11|…)")
