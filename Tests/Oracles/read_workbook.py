"""Opens workbooks with openpyxl and prints what is in them.

    read_workbook.py FILE...

Prints one JSON object: {"workbooks": [{"file", "properties", "sheets": [{"name", "dimensions", "frozen", "filter",
"tables", "charts", "columns", "rows"}]}]}. A row is a list of cells, a cell {"v": value, "t": type, "f": number format}
with the type of openpyxl (n number, s text, b boolean, d date, f formula, e error), or null where it is empty. Dates
are ISO. Values are what the file caches: formulas are given too, as "formula".
"""

import datetime
import json
import os
import sys

import openpyxl


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return value


def cell(value, formula):
    if formula.value is None:
        return None
    answer = {"v": plain(value.value), "t": formula.data_type, "f": formula.number_format}
    if formula.data_type == "f":
        answer["formula"] = str(formula.value)
    return answer


def sheet(values, formulas):
    rows = [
        [cell(left, right) for left, right in zip(value_row, formula_row)]
        for value_row, formula_row in zip(values.iter_rows(), formulas.iter_rows())]
    return {
        "name": formulas.title, "dimensions": formulas.dimensions, "frozen": formulas.freeze_panes,
        "filter": formulas.auto_filter.ref, "tables": sorted(formulas.tables), "charts": len(formulas._charts),
        "columns": {key: width.width for key, width in formulas.column_dimensions.items()}, "rows": rows}


def workbook(path):
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path, data_only=False)
    properties = formulas.properties
    return {
        "file": os.path.basename(path),
        "properties": {
            "title": properties.title, "creator": properties.creator, "created": plain(properties.created)},
        "sheets": [sheet(values[name], formulas[name]) for name in formulas.sheetnames]}


def main(files):
    json.dump({"workbooks": [workbook(path) for path in files]}, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
