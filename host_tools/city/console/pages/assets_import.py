"""The import of poles: a list as a file, then a page of differences, then the site's folder; never a pole."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Template

from host_tools.city.commands import audit
from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import gis_import
from host_tools.city.doors.gis_import import MOST_BYTES, DryRun
from host_tools.city.store.receiver_status import statuses
from host_tools.errors import DiyaError
from host_tools.language.language import Spoken
from host_tools.site.load import find_site
from host_tools.site.model import SiteError
from host_tools.text import text

MOST_FORM = MOST_BYTES * 3 // 2  # bytes: the list comes again with what the person saw, in base 64
SHOWN = 500  # rows of each kind of difference


@get("/assets/import", guards=[needs(ENGINEER)])
@in_thread
def import_page(request: Web) -> Template:
    """The form."""
    return _form(request, city_of(request))


@post("/assets/import", guards=[needs(ENGINEER)], status_code=200, request_max_body_size=MOST_FORM)
async def import_list(request: Web) -> Template:
    """The differences that the list would make; written where the person has seen just these."""
    form = await request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    sent = form.get("file")
    content, name = b"", given.get("name", "")
    if isinstance(sent, UploadFile):
        content, name = await sent.read(), sent.filename or ""
    elif given.get("content"):
        try:
            content = base64.b64decode(given["content"], validate=True)
        except (binascii.Error, ValueError):
            content = b""
    return await run_sync(_tried, request, content, text(name, 60), given)


def _tried(request: Web, content: bytes, name: str, given: dict[str, str]) -> Template:
    city, keep = city_of(request), given.get("missing", "keep") != "drop"
    try:
        folder = _folder(city)
        run = gis_import.dry_run(content, name, folder, keep)
        if given.get("digest") != run.digest or not run.changes:
            changed = bool(given.get("digest")) and given.get("digest") != run.digest
            return _differences(request, run, content, name, folder, changed)
        now = datetime.now(city.zone)
        copies = gis_import.write(run, folder, now)
    except SiteError as error:
        return _form(request, city, "; ".join(str(one) for one in error.problems[:5]))
    except DiyaError as error:
        return _form(request, city, language(request).tell(error))
    found = run.differences
    detail = {
        "list": name, "added": len(found.added), "gone": len(found.gone), "moved": len(found.moved),
        "changed": len(found.changed),
    }  # fmt: skip
    with city.writing() as connection:
        zone = next((one.zone for one in statuses(connection)), "")
        at = city.now(connection)
        audit.add(connection, zone, at, request.user.name, "console", "poles imported", None, detail)
    return render(request, "assets_import.html", run=None, wrong="", unwritable="", copies=copies, written=run)


def _differences(
    request: Web, run: DryRun, content: bytes, name: str, folder: Path, changed: bool
) -> Template:  # fmt: skip
    shown: Any = {
        "added": run.differences.added[:SHOWN], "gone": run.differences.gone[:SHOWN],
        "moved": [(pole, f"{away:.1f}") for pole, away in run.differences.moved[:SHOWN]],
        "changed": run.differences.changed[:SHOWN],
    }  # fmt: skip
    return render(
        request, "assets_import.html", run=run, shown=shown, content=base64.b64encode(content).decode(), name=name,
        wrong=language(request).say("console_import.changed_since") if changed else "", copies=[], written=None,
        unwritable=gis_import.unwritable(folder), most=SHOWN,
    )  # fmt: skip


def _form(request: Web, city: City, wrong: str = "") -> Template:
    try:
        unwritable = gis_import.unwritable(_folder(city))
    except Spoken as error:
        unwritable = language(request).tell(error)
    page = render(request, "assets_import.html", run=None, wrong=wrong, unwritable=unwritable, copies=[], written=None)
    page.status_code = 422 if wrong else 200
    return page


def _folder(city: City) -> Path:
    if not city.settings.site:
        raise Spoken("console_import.no_site")
    return find_site(city.settings.site)


ROUTES = [import_page, import_list]
