"""Templates of posts: what a team writes again and again, under a name."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.door import audit, my_team, requires
from calendar_app.posts import media, queries
from calendar_app.posts.forms import TemplateForm
from calendar_app.posts.models import PostTemplate
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, session
from calendar_app.web.templating import render

bp = Blueprint("templates", __name__)


@bp.get("/posts/templates")
@requires("posts.write")
def see_all() -> ResponseReturnValue:
    """The templates of the team, each with a way to begin from it."""
    found = queries.templates(session(), my_team())
    numbers = media.numbers_of(session(), found)
    return render("posts/templates.html", templates=found, media_numbers=numbers)


@bp.get("/posts/<int:post_id>/template")
@requires("posts.write")
def ask(post_id: int) -> ResponseReturnValue:
    """Under which name is this post kept as a template?"""
    post = queries.post_of(session(), my_team(), post_id)
    form = TemplateForm(None, data={"name": post.title[:120]})
    return render("posts/template.html", post=post, form=form)


@bp.post("/posts/<int:post_id>/template")
@requires("posts.write")
def keep(post_id: int) -> ResponseReturnValue:
    """Keep what the post says as a template."""
    post, form = queries.post_of(session(), my_team(), post_id), TemplateForm()
    if not form.validate():
        return render("posts/template.html", post=post, form=form), 422
    kept, files = post.content.kept(), media.media_shown(session(), post)
    template = PostTemplate(team_id=my_team().id, name=form.name.data, content=kept)
    session().add(template)
    media.keep_for(session(), files, template)
    if not _is_free(form):
        post = queries.post_of(session(), my_team(), post_id)
        return render("posts/template.html", post=post, form=form), 422
    audit("template.kept", template)
    commit()
    flash(_("Kept as a template: %(name)s", name=template.name), "good")
    return redirect(url_for("templates.see_all"), code=303)


@bp.get("/posts/templates/<int:template_id>/name")
@requires("posts.write")
def ask_name(template_id: int) -> ResponseReturnValue:
    """Another name for a template."""
    template = _template(template_id)
    return _name_page(template, TemplateForm(obj=template))


@bp.post("/posts/templates/<int:template_id>/name")
@requires("posts.write")
def rename(template_id: int) -> ResponseReturnValue:
    """Give a template another name; what it says stays, and so do the posts made from it."""
    template = _template(template_id)
    form = TemplateForm(obj=template)
    if form.stale(template):
        return _name_page(template, form, form.differences({"name": template.name})), 409
    if not form.validate():
        return _name_page(template, form), 422
    template.name = form.name.data
    if not _is_free(form):
        return _name_page(_template(template_id), form), 422
    audit("template.renamed", template)
    commit()
    flash(_("The template is called %(name)s now.", name=template.name), "good")
    return redirect(url_for("templates.see_all"), code=303)


@bp.post("/posts/templates/<int:template_id>/deletion")
@requires("posts.write")
def remove(template_id: int) -> ResponseReturnValue:
    """Without this template; posts that were made from it stay."""
    template = _template(template_id)
    expect_shown(template)
    audit("template.removed", template)
    session().delete(template)
    commit()
    flash(_("The template is removed. Posts that were made from it stay."), "good")
    return redirect(url_for("templates.see_all"), code=303)


def _template(template_id: int) -> PostTemplate:
    return queries.template_of(session(), my_team(), template_id)


def _is_free(form: TemplateForm) -> bool:
    """Whether no other template has the name; else all is taken back and the form says it."""
    try:
        session().flush()
    except IntegrityError:
        session().rollback()
        form.refuse(
            Refused(N_("There is a template with this name. Choose another."), field="name")
        )
        return False
    return True


def _name_page(
    template: PostTemplate, form: TemplateForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    return render("posts/template_name.html", kept=template, form=form, conflict=conflict)
