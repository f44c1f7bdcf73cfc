#pragma once
#include <stdint.h>
#include <time.h>
#include <xlsxwriter.h>

// Document properties are a struct of `char *`: plain strings are passed and copied by the library before it returns.
// A NULL leaves a property out.
lxw_error almanac_xlsx_properties(lxw_workbook *book, const char *title, const char *subject, const char *author,
                                  const char *company, const char *comments, time_t created);

// Options are a struct of `char *` too. `folder` may be NULL: the system's.
lxw_workbook *almanac_xlsx_new(const char *path, const char *folder, uint8_t constant_memory);

// One column of a table.
typedef struct almanac_xlsx_column {
  const char *header;
  // NULL for none.
  const char *total_text;
  // 0 for none.
  uint8_t total_function;
  // The total's cached value, for viewers that do not recalculate.
  double total_value;
  lxw_format *format;
  lxw_format *header_format;
} almanac_xlsx_column;

// A table over a range, head and total row included. The NULL-terminated array of column pointers is built here.
// LXW_ERROR_MEMORY_MALLOC_FAILED where there is no memory for it.
lxw_error almanac_xlsx_table(lxw_worksheet *sheet, uint32_t first_row, uint16_t first_column, uint32_t last_row,
                             uint16_t last_column, const char *name, uint8_t has_totals, uint8_t style_type,
                             uint8_t style_number, const almanac_xlsx_column *columns, uint16_t count);

// A chart at a cell; the description is copied.
lxw_error almanac_xlsx_insert_chart(lxw_worksheet *sheet, uint32_t row, uint16_t column, lxw_chart *chart,
                                    const char *description, double x_scale, double y_scale);

// A font of a chart's parts: name may be NULL.
typedef struct almanac_xlsx_font {
  double size;
  uint32_t color;
  uint8_t bold;
} almanac_xlsx_font;

void almanac_xlsx_title_font(lxw_chart *chart, almanac_xlsx_font font);
void almanac_xlsx_axis_font(lxw_chart_axis *axis, almanac_xlsx_font font);
void almanac_xlsx_legend_font(lxw_chart *chart, almanac_xlsx_font font);
