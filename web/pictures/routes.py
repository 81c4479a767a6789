"""The addresses of pictures, and how a page takes one in.

`/pictures` lists all; `/picture/NAME.svg` and `/picture/NAME/KEY.svg` are one, and `.csv` and
`.json` the table behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from web import words
from web.mishaps import error_page
from web.pictures.given import FORMATS, as_csv, as_json, path
from web.pictures.listed import KEYED, WHOLE, example_keys
from web.pictures.svg import inline, standalone
from web.pictures.value import Picture
from web.showing import TEMPLATES, once, read, root_of, show
from web.upstream import Datasette, Request, Response, hook

PATH = rf"^/picture/(?P<name>[a-z-]+)(/(?P<key>[^/]+))?\.(?P<ending>{'|'.join(FORMATS)})$"
MOST_ROWS = 200
"""So many rows of a table stand in a page."""
NO_PICTURE = "There is no such picture in this archive."


async def picture_of(datasette: Datasette, name: str, key: str | None) -> Picture | str:
    """A picture by its name and key, or a sentence for why there is none."""
    if key is None and name in WHOLE:
        whole: Picture = await once(datasette, WHOLE[name])
        return whole
    if key is None or name not in KEYED:
        return NO_PICTURE
    kind, question = KEYED[name]
    found = await read(datasette, lambda conn: question(conn, key))
    return found or f"There is no such {kind} in this archive, so there is no picture of it."


async def one(datasette: Datasette, request: Request) -> Response:
    """One picture, or the table behind it."""
    name, key, ending = (request.url_vars[each] for each in ("name", "key", "ending"))
    found = await picture_of(datasette, name, key and words.key_of(key))
    if isinstance(found, str):
        return await error_page(datasette, request, 404, found)
    if ending == "svg":
        body = standalone(found)
    elif ending == "csv":
        body = as_csv(found)
    else:
        body = as_json(found, root_of(datasette, request))
    return Response(body, content_type=FORMATS[ending])


async def none(datasette: Datasette, request: Request) -> Response:
    """What is said of any other address that begins as those of pictures do."""
    return await error_page(datasette, request, 404, NO_PICTURE)


async def all_pictures(datasette: Datasette, request: Request) -> Response:
    """Every picture of the whole, and one of each kind that is of a thing."""
    shown = [await once(datasette, question) for question in WHOLE.values()]
    examples = []
    keys = await once(datasette, example_keys)
    for name, (kind, _) in KEYED.items():
        found = await picture_of(datasette, name, keys[kind])
        examples += [(kind, found)] if isinstance(found, Picture) else []
    return show(
        datasette, request, "pictures.html", canonical="/pictures", shown=shown, examples=examples
    )


@hook
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses of pictures."""
    return [(r"^/pictures$", all_pictures), (PATH, one), (r"^/picture(/.*)?$", none)]


@hook
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Gives the templates `picture(p)`: a figure with the picture, its words and its table."""

    def picture(drawn: Picture | None) -> Markup:
        if drawn is None:
            return Markup()
        template = TEMPLATES[datasette].get_template("_picture.html")
        links = {each: datasette.urls.path(path(drawn, each)) for each in FORMATS}
        return Markup(
            template.render(p=drawn, svg=Markup(inline(drawn)), links=links, most=MOST_ROWS)
        )

    env.globals["picture"] = picture
