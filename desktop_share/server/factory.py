"""The Flask app: which address is answered by whom, and what every answer carries."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from desktop_share.core.paths import resource
from desktop_share.server import downloads, folders, guard, item_page, list_pages, pages, password_page, ticket_routes
from desktop_share.server.context import SHARED, Shared

log = logging.getLogger(__name__)


def create_app(shared: Shared) -> Flask:
    """A Flask app over a share list. It holds no state of its own and starts nothing."""
    app = Flask("desktop_share", template_folder=str(resource("templates")), static_folder=None)
    app.extensions[SHARED] = shared
    app.url_map.merge_slashes = False  # a redirect from '//d/x' would put a hostile path into Location
    app.url_map.strict_slashes = False
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for each in (downloads, ticket_routes, folders, item_page, list_pages, password_page, pages):
        app.register_blueprint(each.blueprint)
    guard.register(app)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected_error)
    return app


def http_error(error: HTTPException) -> Response:
    """Werkzeug's own refusals (404, 405, 413, …) in our words."""
    response = pages.message_page(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
    allowed = dict(error.get_headers()).get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def unexpected_error(error: Exception) -> Response:
    """A mistake of ours: the traceback to the log, a plain page to the recipient."""
    log.error("an answer failed", exc_info=error)
    return pages.message_page(HTTPStatus.INTERNAL_SERVER_ERROR)
