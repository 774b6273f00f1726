from agent.drawing.identifiers import in_words


def test_identifiers_become_words_and_words_stay() -> None:
    assert in_words("list_overdue_tasks") == "List overdue tasks"
    assert in_words("getTaskByID") == "Get task by ID"
    assert in_words("List Spaces") == "List Spaces"
