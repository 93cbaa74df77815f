"""The body as a plain iterable, and its bookkeeping."""

from __future__ import annotations

import os

import pytest
from flask import Flask, Response
from serving import Recorder, memory

from desktop_share.core.reasons import Reason
from desktop_share.core.sources import FileSource
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.pieces import BodyError


def file_body(path, closed, unchanged=None, delivery=None):
    representation = FileSource(path).representation()

    def close():
        closed.append(path.name)
        representation.close()

    return SegmentBody(
        [(segment, 0) for segment in representation.segments],
        length=representation.length,
        close=close,
        unchanged=unchanged or representation.unchanged,
        delivery=delivery,
    )


def test_that_flask_and_its_test_client_get_the_bytes(tmp_path):
    data = os.urandom(1_000_000)
    path = tmp_path / "file"
    path.write_bytes(data)
    closed: list[str] = []
    delivery = Recorder()
    app = Flask(__name__)

    @app.get("/")
    def file():
        body = file_body(path, closed, delivery=delivery)
        return Response(body, direct_passthrough=True, headers={"Content-Length": str(len(data))})

    with app.test_client().get("/") as response:
        assert response.data == data
    assert closed == ["file"]
    assert delivery.reasons == [""]
    assert (delivery.spans[0][0], delivery.spans[-1][1]) == (0, len(data))

    with app.test_client().head("/") as response:
        assert response.headers["Content-Length"] == str(len(data))
        assert response.data == b""
    assert closed == ["file", "file"]


@pytest.mark.parametrize(
    ("length", "reason"), [(4, Reason.FILE_SHORTER), (2, Reason.FILE_CHANGED), (0, Reason.FILE_CHANGED)]
)
def test_that_pieces_have_to_add_up_to_the_length(length, reason):
    delivery = Recorder()
    body = SegmentBody([memory(b"abc")], length=length, close=lambda: None, delivery=delivery)
    with pytest.raises(BodyError):
        list(body)
    assert delivery.reasons == [reason]


def test_that_an_iteration_of_a_changed_file_raises_before_its_last_bytes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    closed: list[str] = []
    delivery = Recorder()
    with pytest.raises(BodyError) as caught:
        list(file_body(path, closed, lambda: False, delivery))
    assert caught.value.reason is Reason.FILE_CHANGED
    assert delivery.spans == []
    assert (delivery.reasons, closed) == ([Reason.FILE_CHANGED], ["file"])


def test_that_an_iteration_of_a_file_that_got_shorter_raises(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    closed: list[str] = []
    body = file_body(path, closed)
    os.truncate(path, 0)
    with pytest.raises(BodyError) as caught:
        list(body)
    assert caught.value.reason is Reason.FILE_SHORTER
    body.close()
    assert closed == ["file"]


@pytest.mark.parametrize("data", [b"", b"all"])
def test_that_close_is_called_once_and_an_early_end_is_named(data):
    closed: list[int] = []
    delivery = Recorder()
    body = SegmentBody([memory(data, 0)], length=len(data), close=lambda: closed.append(1), delivery=delivery)
    body.close()
    body.close()
    body.finish(Reason.STALLED)
    assert closed == [1]
    assert delivery.reasons == [Reason.CLIENT_LEFT if data else ""]


def test_that_the_file_is_closed_even_where_the_delivery_fails():
    class Failing(Recorder):
        def end(self, reason=""):
            raise RuntimeError(reason)

    closed: list[int] = []
    body = SegmentBody([memory(b"a", 0)], length=1, close=lambda: closed.append(1), delivery=Failing())
    with pytest.raises(RuntimeError):
        body.close()
    assert closed == [1]
