"""Text, pictures, folders, streams and ZIPs as items: kept, edited behind the same link, and taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy
from test_commands import Setting

from desktop_share.core.contents import LARGEST
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.live import LiveStream
from desktop_share.core.representation import FileSegment, MemorySegment, Representation
from desktop_share.core.sources import FileSource, FolderSource, LiveSource, Member, SelectionSource
from desktop_share.gui import source_commands
from desktop_share.gui.pasted import (
    HTML,
    TEXT,
    Content,
    Picture,
    editable_text,
    link_page,
    picture_content,
    picture_kind,
    text_content,
)


@pytest.fixture
def make(qapp) -> Iterator[Callable[..., Setting]]:
    made: list[Setting] = []

    def make(*names: str) -> Setting:
        made.append(Setting(*names))
        return made[-1]

    yield make
    for each in made:
        each.commands.close()


@pytest.fixture
def setting(make) -> Setting:
    return make()


def only(setting: Setting) -> SharedItem:
    setting.done()
    (item,) = setting.list.snapshot()
    return item


def opened(setting: Setting, item: SharedItem) -> Representation:
    opened = setting.commands._opener.open(item)
    assert isinstance(opened, Representation)
    return opened


def served(setting: Setting, item: SharedItem) -> bytes:
    return b"".join(each.data for each in opened(setting, item).segments if isinstance(each, MemorySegment))


def picture(colour: str = "red") -> Picture:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return Picture(image=image)


# -- text


def test_that_text_is_an_item_at_once_that_opens_in_the_browser(setting: Setting) -> None:
    setting.commands.add_text("Grüße 🌻\n")
    item = only(setting)
    assert item.source.own_name.startswith("Note 20")
    assert item.source.own_name.endswith(".txt")
    assert (item.content_type, item.disposition, item.size) == (TEXT, Disposition.INLINE, 13)
    assert served(setting, item) == "Grüße 🌻\n".encode()
    assert setting.told.added[0].new == (item,)


def test_that_two_notes_of_one_minute_have_names_of_their_own(setting: Setting) -> None:
    for text in ("one", "two", "three"):
        setting.commands.add_text(text)
    setting.done()
    assert len({each.download_name for each in setting.list.snapshot()}) == 3


@pytest.mark.parametrize(
    ("taken", "name"),
    [([], "a.txt"), (["A.TXT"], "a (2).txt"), (["a.txt", "a (2).txt"], "a (3).txt"), (["b.txt"], "a.txt")],
)
def test_that_names_are_told_apart_without_regard_to_case(taken: list[str], name: str) -> None:
    assert Content(b"", "", ".txt", TEXT, "a").name(0.0, taken) == name


def test_that_text_which_is_pasted_again_has_its_link_already(setting: Setting) -> None:
    setting.commands.add_text("hello")
    setting.commands.add_text("hello", "<b>hello</b>")
    item = only(setting)
    assert [(each.items, each.new) for each in setting.told.added] == [((item,), (item,)), ((item,), ())]


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0"])
def test_that_nothing_but_white_space_is_refused_in_words(setting: Setting, text: str) -> None:
    setting.commands.add_text(text)
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["blank-text"]
    assert setting.list.snapshot() == ()


def test_that_too_much_text_is_refused_with_what_to_do(setting: Setting) -> None:
    setting.commands.add_text("x" * (LARGEST + 1))
    setting.done()
    (problem,) = setting.told.failed
    assert str(problem) == (
        "What was pasted is larger than the 67.1 MB that can be kept. Save it in a file, then drop the file."
    )
    assert setting.list.snapshot() == ()


def test_that_text_of_exactly_the_most_is_taken(setting: Setting) -> None:
    setting.commands.add_text("x" * LARGEST)
    assert only(setting).size == LARGEST


def test_that_half_a_character_does_not_keep_a_text_from_being_shared(setting: Setting) -> None:
    setting.commands.add_text("a\ud83d")
    assert served(setting, only(setting)) == b"a?"


def test_that_an_address_is_a_page_that_a_phone_opens_with_one_tap(setting: Setting) -> None:
    setting.commands.add_text(" https://example.org/?a=1&b='2'\n")
    item = only(setting)
    assert item.source.own_name.startswith("Link example.org 20")
    assert (item.content_type, item.disposition) == (HTML, Disposition.INLINE)
    assert b'<a href="https://example.org/?a=1&amp;b=&#x27;2&#x27;">' in served(setting, item)


def test_that_formatting_is_the_other_choice_behind_the_same_link_and_undone(setting: Setting) -> None:
    spy = QSignalSpy(setting.commands.plain_shared)
    setting.commands.add_text("hello", "<b>hello</b>")
    plain = only(setting)
    assert spy.at(0) == [plain.id, "<b>hello</b>"]
    setting.commands.share_formatted(*spy.at(0))
    rich = only(setting)
    assert (rich.id, rich.links, rich.content_type) == (plain.id, plain.links, HTML)
    assert rich.download_name == plain.download_name.replace(".txt", ".html")
    assert b"<b>hello</b>" in served(setting, rich)
    setting.commands.undo()
    assert only(setting) == plain


def test_that_pasting_again_offers_the_formatting_again(setting: Setting) -> None:
    spy = QSignalSpy(setting.commands.plain_shared)
    for _ in range(2):
        setting.commands.add_text("hello", "<b>hello</b>")
    item = only(setting)
    assert [spy.at(each) for each in range(spy.count())] == [[item.id, "<b>hello</b>"]] * 2


# -- pictures


def test_that_pixels_become_a_png_off_the_windows_thread(setting: Setting, monkeypatch) -> None:
    threads = []
    monkeypatch.setattr(
        "desktop_share.gui.commands.picture_content",
        lambda each: (threads.append(threading.current_thread()), picture_content(each))[1],
    )
    setting.commands.add_picture(picture())
    item = only(setting)
    assert item.source.own_name.startswith("Screenshot 20")
    assert (item.content_type, item.disposition) == ("image/png", Disposition.INLINE)
    assert QImage.fromData(served(setting, item)).pixelColor(3, 3) == QColor("red")
    assert threads[0] is not threading.main_thread()


def test_that_a_picture_of_a_format_that_browsers_lack_becomes_a_png(qapp) -> None:
    bitmap = b"P6 1 1 255\n\xff\x00\x00"  # a PPM
    content = picture_content(Picture(bitmap, from_browser=True))
    assert picture_kind(content.data) == ("image/png", ".png")
    assert content.word == "Picture"


def test_that_a_broken_picture_is_refused_in_words(setting: Setting) -> None:
    setting.commands.add_picture(Picture(b"nothing of the kind"))
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["broken-picture"]


def test_that_a_passing_file_is_copied_and_outlives_its_place(setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "tom.png"
    path.write_bytes(picture_content(picture()).data)
    data = path.read_bytes()
    setting.commands.add_paths([str(path)], passing={str(path)})
    setting.done()
    path.unlink()
    item = only(setting)
    assert (item.download_name, item.content_type) == ("tom.png", "image/png")
    assert served(setting, item) == data


def test_that_a_passing_file_too_large_to_copy_is_shared_where_it_is_with_a_word(
    setting: Setting, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    setting.commands.add_paths([str(path)], passing={str(path)})
    assert only(setting).source == FileSource(path)
    assert [[each.kind for each in problems] for problems in setting.told.refused] == [["passing-file"]]


# -- folders


def test_that_a_folder_is_one_item_beside_files(setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "Photos").mkdir()
    (tmp_path / "a.txt").write_text("a")
    setting.commands.add_paths([str(tmp_path / "Photos"), str(tmp_path / "a.txt")])
    setting.done()
    folder, file = setting.list.snapshot()
    assert (folder.source, folder.download_name) == (FolderSource(tmp_path / "Photos"), "Photos.zip")
    assert isinstance(file.source, FileSource)


def test_that_a_folder_is_located_as_a_folder_and_a_change_of_it_accepted(setting: Setting, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    setting.commands.add_paths([str(tmp_path / "old")])
    item = only(setting)
    setting.commands.locate(item.id, str(tmp_path / "new"))
    assert only(setting).source == FolderSource(tmp_path / "new")
    setting.list.update([item.id], lambda each: replace(each, seen='"1"'))
    setting.list.note(item.id, lambda state: replace(state, changed=True))
    setting.commands.accept_change([item.id])
    assert only(setting).seen is None
    assert not setting.list.state(item.id).changed
    setting.commands.undo()
    assert only(setting).source == FolderSource(tmp_path / "old")


# -- editing text


def test_that_an_edited_text_is_another_version_behind_the_same_link_and_undone(setting: Setting) -> None:
    setting.commands.add_text("first")
    before = only(setting)
    etag = opened(setting, before).etag
    read = QSignalSpy(setting.commands.text_read)
    saved = QSignalSpy(setting.commands.text_saved)
    setting.commands.read_text(before.id)
    setting.done()
    assert read.at(0) == [before, "first"]
    setting.commands.write_text(before.id, "second, longer")
    after = only(setting)
    assert saved.at(0) == [before.id]
    assert (after.id, after.links, after.download_name) == (before.id, before.links, before.download_name)
    assert (served(setting, after), after.size) == (b"second, longer", 14)
    assert opened(setting, after).etag != etag
    setting.commands.undo()
    assert only(setting) == before
    assert served(setting, only(setting)) == b"first"


def test_that_of_a_link_its_address_is_edited(setting: Setting) -> None:
    setting.commands.add_text("https://example.org/")
    item = only(setting)
    read = QSignalSpy(setting.commands.text_read)
    setting.commands.read_text(item.id)
    setting.done()
    assert read.at(0)[1] == "https://example.org/"
    setting.commands.write_text(item.id, "https://example.com/")
    assert served(setting, only(setting)).decode() == link_page("https://example.com/")
    setting.commands.write_text(item.id, "no address")
    assert (only(setting).content_type, served(setting, only(setting))) == (TEXT, b"no address")


def test_that_html_is_edited_as_html() -> None:
    assert editable_text(b'<a href="x">y</a> and more') == '<a href="x">y</a> and more'


@pytest.mark.parametrize(("text", "kind"), [("  ", "blank-text"), ("x" * (LARGEST + 1), "content-too-large")])
def test_that_an_edit_which_cannot_be_kept_changes_nothing(setting: Setting, text: str, kind: str) -> None:
    setting.commands.add_text("first")
    before = only(setting)
    setting.commands.write_text(before.id, text)
    assert only(setting) == before
    assert [problem.kind for problem in setting.told.failed] == [kind]
    assert setting.told.undo == []


def test_that_an_edit_of_what_was_removed_is_told(setting: Setting) -> None:
    setting.commands.write_text("nobody", "text")
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["item-removed"]


def test_that_a_very_long_text_is_not_opened_for_editing(setting: Setting, monkeypatch) -> None:
    monkeypatch.setattr(source_commands, "EDITABLE", 3)
    setting.commands.add_text("long")
    setting.commands.read_text(only(setting).id)
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["text-too-long"]


# -- only until I quit


def test_that_what_is_for_this_run_only_leaves_the_store_and_comes_back(setting: Setting) -> None:
    setting.commands.add_text("secret")
    item = only(setting)
    assert setting.store.contents
    setting.commands.set_until_quit([item.id], True)
    assert only(setting).until_quit
    assert setting.store.contents == {}
    assert served(setting, only(setting)) == b"secret"
    setting.commands.write_text(item.id, "more secret")
    assert served(setting, only(setting)) == b"more secret"
    assert setting.store.contents == {}
    setting.commands.undo()
    setting.commands.undo()
    assert only(setting) == item
    assert list(setting.store.contents.values()) == [b"secret"]


def test_that_an_edit_made_for_this_run_is_saved_when_it_is_to_stay(setting: Setting) -> None:
    setting.commands.add_text("first")
    item = only(setting)
    setting.commands.set_until_quit([item.id], True)
    setting.commands.write_text(item.id, "second")
    setting.commands.set_until_quit([item.id], False)
    setting.done()
    setting.commands._opener.contents._passing.clear()  # as after a restart
    assert served(setting, only(setting)) == b"second"


def test_that_bytes_which_another_item_needs_stay_in_the_store(setting: Setting, tmp_path: Path) -> None:
    setting.commands.add_text("both")
    first = only(setting)
    source = replace(first.source, name="other.txt")
    setting.list.add([SharedItem(source, 1.0)])
    setting.commands.set_until_quit([first.id], True)
    setting.done()
    assert list(setting.store.contents.values()) == [b"both"]


# -- streams


def test_that_a_file_is_followed_and_no_more_and_each_is_undone(setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("line\n")
    setting.commands.add_paths([str(path)])
    before = only(setting)
    setting.commands.follow([before.id], True)
    live = only(setting)
    assert (live.source, live.size, live.links) == (LiveSource(path), None, before.links)
    setting.commands.follow([before.id], False)
    assert only(setting) == before
    setting.commands.undo()
    assert only(setting) == live
    setting.commands.undo()
    assert only(setting) == before


def test_that_the_owner_ends_a_stream_which_is_a_file_then(setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("line\n")
    setting.commands.add_paths([str(path)])
    item = only(setting)
    setting.commands.follow([item.id], True)
    live = only(setting)
    running = setting.commands._opener.open(live)
    assert isinstance(running, LiveStream)
    setting.commands.end_stream(item.id)
    assert only(setting) == item
    assert [type(piece) for piece in running.segments()] == [FileSegment]
    running.close()
    setting.commands.undo()
    assert only(setting) == live
    assert not setting.commands._opener.streams.has_ended(live.source)
    setting.commands._opener.close()


# -- several as one ZIP


def test_that_several_items_are_one_zip_by_the_names_that_the_owner_gave_them(setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "Photos").mkdir()
    (tmp_path / "a.txt").write_text("a")
    setting.commands.add_paths([str(tmp_path / "Photos"), str(tmp_path / "a.txt")])
    setting.commands.add_text("hello")
    setting.done()
    folder, file, note = setting.list.snapshot()
    setting.commands.rename(file.id, "b.txt")
    live = SharedItem(LiveSource(tmp_path / "a.log"), 1.0)
    setting.list.add([live])
    setting.commands.add_zip([note.id, folder.id, file.id, live.id])
    setting.done()
    archive = setting.list.snapshot()[-1]
    assert archive.source == SelectionSource(
        (Member("Photos", folder.source), Member("b.txt", file.source), Member(note.download_name, note.source)),
        archive.source.own_name,
    )
    assert archive.source.own_name.startswith("3 items 20")
    assert setting.told.added[-1].new == (archive,)
    assert [[each.kind for each in problems] for problems in setting.told.refused] == [["live-in-zip"]]
    setting.commands.add_zip([note.id, folder.id, file.id])  # again: its link is there
    setting.done()
    assert (setting.told.added[-1].items, setting.told.added[-1].new) == ((archive,), ())


def test_that_a_zip_of_nothing_but_streams_is_refused_in_words(setting: Setting, tmp_path: Path) -> None:
    setting.list.add([SharedItem(LiveSource(tmp_path / "a"), 1.0, id="a")])
    setting.commands.add_zip(["a"])
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["nothing-for-zip"]


def test_that_what_comes_back_with_undo_has_its_text_again(setting: Setting) -> None:
    setting.commands.add_text("kept")
    item = only(setting)
    setting.commands.remove([item.id])
    setting.commands.undo()
    assert served(setting, only(setting)) == b"kept"


@pytest.mark.parametrize("text", ["see https://example.org", "http://[x", "https:///path", "https://", "ftp://a/b"])
def test_that_what_is_no_web_address_is_a_note(qapp, text: str) -> None:
    assert text_content(text).media_type == TEXT


@pytest.mark.parametrize("stem", ["x" * 300, "🌻" * 100])
def test_that_long_names_are_told_apart_too(stem: str) -> None:
    content = Content(b"", "", ".jpg", "image/jpeg", stem)
    first = content.name(0.0, ())
    assert content.name(0.0, [first]) == first.replace(".jpg", " (2).jpg")


def test_that_a_picture_of_an_odd_address_is_called_by_its_time(qapp) -> None:
    content = picture_content(replace(picture(), address="http://[x"))
    assert content.name(0.0, ()).startswith("Picture 1970-01-01")
