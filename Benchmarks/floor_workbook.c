/* The floor of a workbook: ROWS x 10 cells by libxlsxwriter in constant memory, straight from C, from nothing but counters.
 *
 *   floor_workbook OUT ROWS
 *
 * The cells are those of the Parquet file that render.py makes: seven numbers, one of them an instant, and three texts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

static const char *KINDS[12] = {"view", "play", "like", "search", "scroll", "share", "comment", "follow", "add_to_cart",
                                "checkout_start", "purchase", "contribution"};
static const char *CHANNELS[8] = {"organic", "direct", "push", "paid_social", "email", "referral", "paid_search",
                                  "affiliate"};
static const char *HEADS[10] = {"event_id", "tenant_id", "user_id", "occurred_at", "event_type", "channel", "title",
                                "revenue", "duration_ms", "score"};

int main(int count, char **words) {
  if (count < 3) return 64;
  const uint64_t rows = strtoull(words[2], NULL, 10);
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = getenv("TMPDIR"), .use_zip64 = LXW_TRUE};
  lxw_workbook *book = workbook_new_opt(words[1], &options);
  lxw_worksheet *sheet = workbook_add_worksheet(book, "data");
  lxw_format *instant = workbook_add_format(book);
  format_set_num_format(instant, "yyyy-mm-dd hh:mm:ss");
  lxw_format *money = workbook_add_format(book);
  format_set_num_format(money, "#,##0.00");
  for (int column = 0; column < 10; column++) worksheet_write_string(sheet, 0, column, HEADS[column], NULL);
  char title[64];
  for (uint64_t i = 0; i < rows; i++) {
    const uint64_t x = i * 2654435761u % 4294967296u;
    const lxw_row_t row = (lxw_row_t)i + 1;
    worksheet_write_number(sheet, row, 0, (double)i, NULL);
    worksheet_write_number(sheet, row, 1, (double)(x % 50 + 1), NULL);
    worksheet_write_number(sheet, row, 2, (double)(100000000 + x % 400000), NULL);
    /* Seconds since 1899-12-30, so that the text has as many digits as ours. */
    worksheet_write_number(sheet, row, 3, (45658.0 * 86400 + (double)(i * 34)) / 86400, instant);
    worksheet_write_string(sheet, row, 4, KINDS[x % 12], NULL);
    worksheet_write_string(sheet, row, 5, CHANNELS[(x >> 4) % 8], NULL);
    snprintf(title, sizeof title, "Content %llu of tenant %llu", (unsigned long long)(x % 100000),
             (unsigned long long)(x % 50 + 1));
    worksheet_write_string(sheet, row, 6, title, NULL);
    worksheet_write_number(sheet, row, 7, (double)(x % 4000000) / 100.0, money);
    worksheet_write_number(sheet, row, 8, (double)(x % 30000), NULL);
    worksheet_write_number(sheet, row, 9, (double)(x % 1000000) / 1000.0, NULL);
  }
  return workbook_close(book);
}
