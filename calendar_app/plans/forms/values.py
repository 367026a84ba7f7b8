"""What people write about all values of a plan at once: their shares, and that they read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wtforms import HiddenField, IntegerField

from calendar_app.plans.models import BrandValue
from calendar_app.plans.shares import even, scaled
from calendar_app.plans.steps import WHOLE
from calendar_app.web.forms import Form, NumberField

_WAYS: Mapping[str, Callable[[Sequence[int]], list[int]]] = {
    "even": lambda shares: even(len(shares)),
    "scaled": scaled,
}


class ReadingForm(Form):
    """That somebody read the values: the mark of the texts that the page showed."""

    digest = HiddenField()


class SharesForm(Form):
    """The wanted shares of a plan's values. Each value has a field of its own (`shares_form`)."""

    # Which values the page showed, each with its version.
    shown = HiddenField()
    # The button that was pressed: empty to save, or a way to share out.
    way = HiddenField()

    def share_fields(self) -> dict[int, IntegerField]:
        """The field of each value, by the id of the value, in the order of the values."""
        return {
            int(name.removeprefix("share_")): field
            for name, field in self._fields.items()
            if name.startswith("share_")
        }

    def shares(self) -> dict[int, int]:
        """What was typed, by the id of the value."""
        return {value_id: field.data or 0 for value_id, field in self.share_fields().items()}

    def total(self) -> int:
        """What the shares that stand in the form add up to, in percent."""
        return sum(self.shares().values())

    def stale_among(self, values: Sequence[BrandValue]) -> bool:
        """Whether a value was changed, added or taken out since the page was shown.

        If so the form takes what is there now, so that sending it again is a knowing choice.
        """
        if self.shown.data == _marks(values):
            return False
        self.shown.data = _marks(values)
        return True

    def conflict_with(self, values: Sequence[BrandValue]) -> list[tuple[str, str, str]]:
        """(value, its share as saved now, what was typed) of each share that differs."""
        return self.differences({f"share_{value.id}": value.wanted_share for value in values})

    def propose(self) -> bool:
        """Fill in the shares in the way that was asked for, if one was; nothing is saved."""
        way = _WAYS.get(self.way.data or "")
        if way is None:
            return False
        fields = list(self.share_fields().values())
        for field, share in zip(fields, way([field.data or 0 for field in fields]), strict=True):
            field.data, field.raw_data = share, [str(share)]
        return True


def shares_form(values: Sequence[BrandValue]) -> SharesForm:
    """The form as typed, with a field for each of `values`; at first as they are saved."""
    fields = {
        f"share_{value.id}": NumberField(
            value.name, 0, WHOLE, default=value.wanted_share, filters=[lambda share: share or 0]
        )
        for value in values
    }
    kind: type[SharesForm] = type("SharesOfPlanForm", (SharesForm,), fields)
    form = kind()
    if not form.is_submitted():
        form.shown.data = _marks(values)
    return form


def _marks(values: Sequence[BrandValue]) -> str:
    """The values with their versions, in an order that does not change with theirs."""
    return " ".join(sorted(f"{value.id}:{value.version}" for value in values))
