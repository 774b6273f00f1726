"""What is deleted is gone with all that was kept for it; what a window has open stays."""

import logging
from pathlib import Path

import pytest
from transcripts.saving import NOW, folders_in, save

from agent.errors import AgentError
from agent.system.folders import Folders
from agent.transcripts.deleting import delete_conversation, tidy, unused_for
from agent.transcripts.locking import ConversationLock


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


def names(folders: Folders) -> list[str]:
    return sorted(path.name for path in folders.sessions.iterdir())


def kept(folders: Folders, id: str) -> Path:
    folder = folders.results / id
    folder.mkdir(parents=True)
    (folder / "1.json").write_text("{}")
    return folder


def test_results_and_damaged_copies_go_with_it_and_nothing_else(folders: Folders) -> None:
    path = save(folders.sessions, "20261101-000000-0001", ("First", "Yes."))
    save(folders.sessions, "20261101-000000-0002", ("Other", "Yes."))
    (folders.sessions / "20261101-000000-0001.damaged-17.jsonl").write_text("cut")
    (folders.sessions / "20261101-000000-0001.jsonl.0a1b.new").write_text("begun")
    gone, stays = kept(folders, "20261101-000000-0001"), kept(folders, "20261101-000000-0002")
    folders.history_file.write_text("typed")
    delete_conversation(folders, path)
    assert names(folders) == ["20261101-000000-0002.jsonl"]
    assert not gone.exists()
    assert stays.exists()
    assert folders.history_file.read_text() == "typed"


def test_what_a_window_has_open_is_not_deleted(folders: Folders) -> None:
    path = save(folders.sessions, "one", ("First", "Yes."))
    lock = ConversationLock(path)
    lock.acquire()
    with pytest.raises(AgentError, match="open in another window; nothing was changed"):
        delete_conversation(folders, path)
    assert path.exists()
    lock.release()
    delete_conversation(folders, path)
    assert names(folders) == []


def test_age_counts_from_the_last_use(folders: Folders) -> None:
    save(folders.sessions, "20250101-000000-0001", ("Begun long ago", "Yes."), days_ago=29)
    save(folders.sessions, "20261101-000000-0002", ("Begun later", "Yes."), days_ago=31)
    assert [path.stem for path in unused_for(folders.sessions, 30, NOW)] == ["20261101-000000-0002"]


def test_the_settings_say_how_long_they_are_kept(folders: Folders, caplog: pytest.LogCaptureFixture) -> None:
    for days in (1, 89, 91, 400):
        save(folders.sessions, f"c{days:03}", ("First", "Yes."), days_ago=days)
    with caplog.at_level(logging.WARNING):
        assert tidy(folders, keep_days=90, clock=lambda: NOW) == 2
    assert names(folders) == ["c001.jsonl", "c089.jsonl"]
    assert "c400 was deleted, as the settings say: it was not used for 90 days" in caplog.text


def test_the_settings_say_how_many_are_kept(folders: Folders) -> None:
    for days in range(6):
        save(folders.sessions, f"c{days}", ("First", "Yes."), days_ago=days)
    assert tidy(folders, keep=4, clock=lambda: NOW) == 2
    assert names(folders) == ["c0.jsonl", "c1.jsonl", "c2.jsonl", "c3.jsonl"]


def test_without_a_setting_all_is_kept_for_ever(folders: Folders) -> None:
    save(folders.sessions, "old", ("First", "Yes."), days_ago=10_000)
    assert tidy(folders, clock=lambda: NOW) == 0
    assert names(folders) == ["old.jsonl"]


def test_tidying_leaves_what_is_open_here_and_elsewhere(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    here = save(folders.sessions, "here", ("First", "Yes."), days_ago=200)
    lock = ConversationLock(save(folders.sessions, "elsewhere", ("First", "Yes."), days_ago=200))
    save(folders.sessions, "nowhere", ("First", "Yes."), days_ago=200)
    lock.acquire()
    assert tidy(folders, keep_days=90, except_for=[here], clock=lambda: NOW) == 1
    lock.release()
    assert names(folders) == ["elsewhere.jsonl", "here.jsonl"]
    assert "elsewhere stays" in caplog.text
