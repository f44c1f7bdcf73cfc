#include "XLSXShims.h"
#include <stdlib.h>
#include <string.h>

// The library takes `char *` for texts that it only reads.
static char *text(const char *value) { return (char *)value; }

lxw_error almanac_xlsx_properties(lxw_workbook *book, const char *title, const char *subject, const char *author,
                                  const char *company, const char *comments, time_t created) {
  lxw_doc_properties properties;
  memset(&properties, 0, sizeof properties);
  properties.title = text(title);
  properties.subject = text(subject);
  properties.author = text(author);
  properties.company = text(company);
  properties.comments = text(comments);
  properties.created = created;
  return workbook_set_properties(book, &properties);
}

lxw_workbook *almanac_xlsx_new(const char *path, const char *folder, uint8_t constant_memory) {
  lxw_workbook_options options;
  memset(&options, 0, sizeof options);
  options.constant_memory = constant_memory;
  options.tmpdir = text(folder);
  return workbook_new_opt(path, &options);
}

lxw_error almanac_xlsx_table(lxw_worksheet *sheet, uint32_t first_row, uint16_t first_column, uint32_t last_row,
                             uint16_t last_column, const char *name, uint8_t has_totals, uint8_t style_type,
                             uint8_t style_number, const almanac_xlsx_column *columns, uint16_t count) {
  lxw_table_column *parts = calloc(count, sizeof *parts);
  lxw_table_column **list = calloc((size_t)count + 1, sizeof *list);
  lxw_error result = LXW_ERROR_MEMORY_MALLOC_FAILED;
  if (parts != NULL && list != NULL) {
    for (uint16_t i = 0; i < count; i++) {
      parts[i].header = text(columns[i].header);
      parts[i].total_string = text(columns[i].total_text);
      parts[i].total_function = columns[i].total_function;
      parts[i].total_value = columns[i].total_value;
      parts[i].format = columns[i].format;
      parts[i].header_format = columns[i].header_format;
      list[i] = &parts[i];
    }
    lxw_table_options options;
    memset(&options, 0, sizeof options);
    options.name = text(name);
    options.style_type = style_type;
    options.style_type_number = style_number;
    options.total_row = has_totals;
    options.columns = list;
    result = worksheet_add_table(sheet, first_row, first_column, last_row, last_column, &options);
  }
  free(list);
  free(parts);
  return result;
}

lxw_error almanac_xlsx_insert_chart(lxw_worksheet *sheet, uint32_t row, uint16_t column, lxw_chart *chart,
                                    const char *description, double x_scale, double y_scale) {
  lxw_chart_options options;
  memset(&options, 0, sizeof options);
  options.description = text(description);
  options.x_scale = x_scale;
  options.y_scale = y_scale;
  return worksheet_insert_chart_opt(sheet, row, column, chart, &options);
}

static lxw_chart_font made(almanac_xlsx_font font) {
  lxw_chart_font made;
  memset(&made, 0, sizeof made);
  made.size = font.size;
  made.color = font.color;
  made.bold = font.bold ? LXW_TRUE : LXW_EXPLICIT_FALSE;
  return made;
}

void almanac_xlsx_title_font(lxw_chart *chart, almanac_xlsx_font font) {
  lxw_chart_font made_font = made(font);
  chart_title_set_name_font(chart, &made_font);
}

void almanac_xlsx_axis_font(lxw_chart_axis *axis, almanac_xlsx_font font) {
  lxw_chart_font made_font = made(font);
  chart_axis_set_num_font(axis, &made_font);
}

void almanac_xlsx_legend_font(lxw_chart *chart, almanac_xlsx_font font) {
  lxw_chart_font made_font = made(font);
  chart_legend_set_font(chart, &made_font);
}
