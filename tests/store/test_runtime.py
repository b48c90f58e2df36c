"""The picture lies in a private folder that collector and pages both find."""

from __future__ import annotations

import os
import sys
import tempfile

import pytest

from monitors.errors import StoreError
from monitors.store import runtime
from monitors.store.picture import Beat, Picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX folders")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Let the machine offer a session folder and a temporary folder, both of ours."""
    monkeypatch.delenv(runtime.OVERRIDE)
    session, temporary = tmp_path / "session", tmp_path / "temporary"
    for folder in (session, temporary):
        folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return session, temporary


def test_equal_stores_have_one_picture_and_others_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = runtime.picture_name("chairside.db")
    assert name == runtime.picture_name(tmp_path / "chairside.db")
    assert name == runtime.picture_name(f"sqlite:///{tmp_path}/chairside.db")
    assert name != runtime.picture_name("other.db")
    assert "chairside.db" not in name


def test_a_url_with_a_password_does_not_show_in_the_name():
    assert "secret" not in runtime.picture_name("postgresql://me:secret@db/chairside")


def test_the_session_folder_comes_first(folders, sqlite_store):
    session, _ = folders
    assert runtime.choose(sqlite_store).is_relative_to(session)


def test_the_folder_of_ours_is_made_private_even_if_it_was_open(folders, sqlite_store):
    session, _ = folders
    ours = session / f"chairside-{os.getuid()}"
    ours.mkdir(mode=0o777)
    ours.chmod(0o777)
    runtime.choose(sqlite_store)
    assert ours.stat().st_mode & 0o777 == 0o700


def test_a_link_laid_by_somebody_is_not_followed(folders, tmp_path, monkeypatch):
    session, _ = folders
    trap = tmp_path / "trap"
    trap.mkdir()
    (session / f"chairside-{os.getuid()}").symlink_to(trap)
    with pytest.raises(StoreError, match="link"):
        runtime.make_private(session / f"chairside-{os.getuid()}")
    monkeypatch.setenv(runtime.OVERRIDE, str(session / f"chairside-{os.getuid()}"))
    with pytest.raises(StoreError):
        Picture.open("chairside.db", create=True)
    assert list(trap.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "chown") or os.geteuid() != 0, reason="needs root")
def test_a_folder_of_somebody_else_is_not_used(folders):
    session, _ = folders
    theirs = session / f"chairside-{os.getuid()}"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    with pytest.raises(StoreError, match="belongs to user 12345"):
        runtime.make_private(theirs)


def test_a_page_finds_a_collector_that_saw_another_folder(folders, sqlite_store, monkeypatch):
    session, _ = folders
    page = Picture.open(sqlite_store, create=False)
    assert page.since(0) is None
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    collector = Picture.open(sqlite_store, create=True)
    collector.publish({"R1": {"n": 1}}, {}, Beat("service", 1, 1_000))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    assert page.since(0).recliners == {"R1": {"n": 1}}
    collector.close()
    page.close()
    collector.path.unlink()


def test_a_page_moves_to_the_folder_of_the_collector_that_lives(folders, sqlite_store, monkeypatch):
    _, temporary = folders
    old = Picture.open(sqlite_store, create=True)
    old.publish({"R1": {"n": 1}}, {}, Beat("old", 1, 1_000))
    page = Picture.open(sqlite_store, create=False)
    seq = page.since(0).seq
    monkeypatch.setenv(runtime.OVERRIDE, str(temporary / "chairside"))
    new = Picture.open(sqlite_store, create=True)
    monkeypatch.delenv(runtime.OVERRIDE)
    monkeypatch.setattr(
        runtime, "candidates", lambda: iter([old.path.parent, temporary / "chairside"])
    )
    new.publish({"R1": {"n": 2}}, {}, Beat("new", 1, 2_000))
    looks = (page.since(seq) for _ in range(100))
    assert next(delta for delta in looks if delta).recliners == {"R1": {"n": 2}}
    for picture in (old, new, page):
        picture.close()
