"""What babel writes for each locale tag of the command line: a line a fact, fields apart by tabs."""

import datetime
import sys

from babel import Locale, dates, localedata, numbers

COUNTS = list(range(0, 125)) + [200, 1000, 1001, 1002, 1_000_000]


def main():
    day, other = datetime.date(2026, 10, 31), datetime.date(2026, 3, 5)
    for tag in sys.argv[1:]:
        # Babel merges aliases into what it has loaded before: every locale begins with nothing.
        localedata._cache.clear()
        locale = Locale.parse(tag.replace("-", "_"))
        # Digit systems that only a few texts use are written in Latin digits by the engine.
        system = locale.default_numbering_system
        system = system if system in ("arab", "arabext", "beng", "deva", "mymr") else "latn"
        facts = {
            "direction": locale.text_direction,
            "number": numbers.format_decimal(1234567.25, locale=locale, numbering_system=system),
            "negative": numbers.format_decimal(-98765, locale=locale, numbering_system=system),
            "percent": numbers.format_percent(0.084, numbers_percent(locale), locale, numbering_system=system),
            "date": dates.format_skeleton("yMMMd", day, locale=locale),
            "date2": dates.format_skeleton("yMMMd", other, locale=locale),
            "day": dates.format_skeleton("MMMd", day, locale=locale),
            "month": dates.format_skeleton("yMMMM", day, locale=locale),
            "short": dates.format_skeleton("yMMM", other, locale=locale),
            "quarter": dates.format_skeleton("yQQQ", day, locale=locale),
            "plurals": " ".join(locale.plural_form(count) for count in COUNTS),
        }
        facts["compact"] = numbers.format_compact_decimal(123_000_000, locale=locale, fraction_digits=0)
        for name, value in facts.items():
            print(tag, name, str(value), sep="\t")


def numbers_percent(locale):
    """The locale's percent pattern with one digit behind the point."""
    return locale.percent_formats[None].pattern.replace("#,##0", "#,##0.0").replace("#,##,##0", "#,##,##0.0")


if __name__ == "__main__":
    main()
