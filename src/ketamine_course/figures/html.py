"""A figure as HTML that stands without JavaScript: picture, finding, key, data table, sources, download."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from .figure import Figure
from .picture import legend_sign, picture


def static_html(
    figure: Figure,
    csv_href: Callable[[str], str],
    cite: Callable[[str], str] = escape,
) -> str:
    """Return the figure as one ``<figure>`` element, which the ES module later brings to life.

    Args:
        figure: the figure, shown in its default view.
        csv_href: gives the address of a table's CSV file by the table's name.
        cite: gives the HTML of a reference by its BibTeX key.

    Each row of the figure's table needs the cell ``reference``, blank for what was worked out here.
    """
    view = figure.views[figure.default_key]
    name = figure.name
    shown = set(view.row_ids)
    head = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in figure.table.columns)
    body = []
    for row_id, cells in figure.table.rows.items():
        tds = []
        for index, column in enumerate(figure.table.columns):
            cited = column.key == "reference" and cells[column.key]
            text = cite(cells[column.key]) if cited else escape(cells[column.key])
            if href := cells.get(f"{column.key}_href"):
                text = f'<a href="{escape(href)}">{text}</a>'
            tds.append(f'<th scope="row">{text}</th>' if index == 0 else f"<td>{text}</td>")
        in_view = "" if row_id in shown else ' class="kc-other"'
        names = f'data-row="{escape(row_id)}" data-reference="{escape(cells["reference"])}"'
        body.append(f"<tr {names}{in_view}>{''.join(tds)}</tr>")
    notes = "".join(f"<li>{escape(note)}</li>" for note in view.notes)
    key = "".join(f"<li>{legend_sign(sign, colour)} {escape(label)}</li>" for sign, colour, label in figure.key_entries)
    links = " ".join(
        f'<a class="kc-csv" href="{escape(csv_href(csv_name))}" download="{csv_name}.csv">Download {csv_name}.csv</a>'
        for csv_name in figure.table.csv_names
    )
    cited_here = {figure.table.rows[row_id]["reference"] for row_id in view.row_ids}
    sources = ""
    for source in dict.fromkeys(cells["reference"] for cells in figure.table.rows.values() if cells["reference"]):
        elsewhere = "" if source in cited_here else ' class="kc-other"'
        sources += f'<li data-reference="{escape(source)}"{elsewhere}>{cite(source)}</li>'
    return (
        f'<figure class="kc-figure" aria-labelledby="{name}-title">'
        f'<figcaption class="kc-title" id="{name}-title">{escape(figure.title)}</figcaption>'
        f'<div class="kc-controls"></div>'
        f'<div class="kc-plot">{picture(figure, figure.default_key)}<div class="kc-live"></div></div>'
        f"{_warning(figure)}"
        f'<p class="kc-finding" aria-live="polite"><b>What it shows.</b> <span>{escape(view.finding)}</span></p>'
        f'<ul class="kc-notes">{notes}</ul>'
        f'<ul class="kc-key" aria-label="Key">{key}</ul>'
        f"{_computed_html(figure)}"
        f'<details class="kc-data"><summary>Data as a table (<span class="kc-count">{len(shown)}</span> rows)</summary>'
        f'<div class="kc-scroll" tabindex="0" role="region" aria-labelledby="{name}-caption"><table>'
        f'<caption id="{name}-caption">{escape(figure.table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div></details>"
        f'<div class="kc-sources"><b id="{name}-sources">Sources of what is shown:</b> '
        f'<ul aria-labelledby="{name}-sources">{sources}</ul></div>'
        f'<p class="kc-links">{links}</p></figure>'
    )


def _warning(figure: Figure) -> str:
    return '<p class="kc-warning" role="alert"></p>' if figure.live else ""


def _computed_html(figure: Figure) -> str:
    """Return the table of what is computed live, as it is in the figure's first state."""
    if not figure.live or not figure.computed:
        return ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in figure.computed["columns"])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in figure.computed["rows"]
    )
    return (
        f'<details class="kc-computed"><summary>What is computed, as a table</summary>'
        f"<p><b>{escape(figure.live.notice)}</b></p>"
        f'<div class="kc-scroll" tabindex="0" role="region" aria-labelledby="{figure.name}-computed"><table>'
        f'<caption id="{figure.name}-computed">{escape(figure.live.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )
