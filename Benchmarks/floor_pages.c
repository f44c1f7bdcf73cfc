/* The floor of a report: 10 A4 pages with 20 charts, drawn by Cairo alone straight from C: no layout, no measuring of text
 * but its width, no data but a hash.
 *
 *   floor_pages OUT
 *
 * The marks are those of the report that render.py makes: lines of 3 x 365 points, 20 bars, areas of 4 x 120 points,
 * 12 x 12 cells with their numbers, 2 x 300 dots.     cc -O2 floor_pages.c $(pkg-config --cflags --libs cairo) -lm */
#include <cairo-pdf.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static const double COLORS[4][3] = {{.12, .31, .51}, {.83, .49, .08}, {.27, .54, .44}, {.52, .15, .27}};
static const double LEFT = 60, WIDTH = 490, HEIGHT = 290;
static cairo_t *cr;

/* A number from 0 to 1 that is always the same for the same place. */
static double noise(uint64_t place) {
  place = (place + 1) * 0x9E3779B97F4A7C15ULL;
  place = (place ^ place >> 30) * 0xBF58476D1CE4E5B9ULL;
  place = (place ^ place >> 27) * 0x94D049BB133111EBULL;
  return (double)((place ^ place >> 31) >> 11) / 9007199254740992.0;
}

static void color(int series) { cairo_set_source_rgb(cr, COLORS[series][0], COLORS[series][1], COLORS[series][2]); }

static void text(double x, double y, double size, const char *words, double align) {
  cairo_text_extents_t extents;
  cairo_set_font_size(cr, size);
  cairo_text_extents(cr, words, &extents);
  cairo_set_source_rgb(cr, .2, .25, .3);
  cairo_move_to(cr, x - extents.x_advance * align, y);
  cairo_show_text(cr, words);
}

static void axes(double top, int number) {
  char words[48];
  snprintf(words, sizeof words, "Chart %d of the report", number);
  text(LEFT, top - 22, 12, words, 0);
  text(LEFT, top - 10, 7.5, "Measure, unit and period", 0);
  cairo_set_line_width(cr, .5);
  for (int i = 0; i <= 4; i++) {
    const double y = top + HEIGHT - HEIGHT * i / 4;
    cairo_set_source_rgb(cr, .87, .89, .91);
    cairo_move_to(cr, LEFT, y);
    cairo_line_to(cr, LEFT + WIDTH, y);
    cairo_stroke(cr);
    snprintf(words, sizeof words, "%d", i * 250);
    text(LEFT, y - 2, 6.5, words, 0);
  }
  for (int i = 0; i < 7; i++) {
    snprintf(words, sizeof words, "2026-%02d", i + 1);
    text(LEFT + WIDTH * i / 6, top + HEIGHT + 10, 6.5, words, .5);
  }
}

static void lines(double top, int chart) {
  for (int series = 0; series < 3; series++) {
    color(series);
    cairo_set_line_width(cr, 1.5);
    for (int i = 0; i < 365; i++) {
      const double value = .2 + .15 * series + .06 * sin(i / 9.0) + .12 * noise(chart * 10000 + series * 1000 + i);
      const double x = LEFT + WIDTH * i / 364, y = top + HEIGHT - HEIGHT * value;
      if (i) cairo_line_to(cr, x, y); else cairo_move_to(cr, x, y);
    }
    cairo_stroke(cr);
    text(LEFT + WIDTH + 4, top + 40 + 12 * series, 8, "series", 0);
  }
}

static void bars(double top, int chart) {
  char words[16];
  for (int i = 0; i < 20; i++) {
    const double value = .2 + .75 * noise(chart * 100 + i), y = top + HEIGHT * (i + .1) / 20;
    color(0);
    cairo_rectangle(cr, LEFT + 60, y, (WIDTH - 60) * value, HEIGHT * .8 / 20);
    cairo_fill(cr);
    snprintf(words, sizeof words, "Item %d", i);
    text(LEFT + 56, y + 10, 8, words, 1);
    snprintf(words, sizeof words, "%.0f", value * 1000);
    text(LEFT + 64 + (WIDTH - 60) * value, y + 10, 8, words, 0);
  }
}

static void areas(double top, int chart) {
  double base[120] = {0};
  for (int series = 0; series < 4; series++) {
    color(series);
    for (int i = 0; i < 120; i++) cairo_line_to(cr, LEFT + WIDTH * i / 119, top + HEIGHT * (1 - base[i]));
    for (int i = 119; i >= 0; i--) {
      base[i] += .08 + .15 * noise(chart * 1000 + series * 200 + i);
      cairo_line_to(cr, LEFT + WIDTH * i / 119, top + HEIGHT * (1 - base[i]));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
    text(LEFT + WIDTH + 4, top + 40 + 12 * series, 8, "series", 0);
  }
}

static void cells(double top, int chart) {
  char words[16];
  for (int i = 0; i < 144; i++) {
    const double value = noise(chart * 1000 + i), x = LEFT + WIDTH * (i % 12) / 12, y = top + HEIGHT * (i / 12) / 12;
    cairo_set_source_rgb(cr, 1 - value * .8, 1 - value * .5, 1 - value * .3);
    cairo_rectangle(cr, x, y, WIDTH / 12, HEIGHT / 12);
    cairo_fill(cr);
    snprintf(words, sizeof words, "%.0f%%", 100 * value);
    text(x + WIDTH / 24, y + HEIGHT / 24 + 3, 7, words, .5);
  }
}

static void dots(double top, int chart) {
  for (int i = 0; i < 600; i++) {
    color(i / 300);
    cairo_arc(cr, LEFT + WIDTH * noise(chart * 5000 + 2 * i), top + HEIGHT * noise(chart * 5000 + 2 * i + 1), 1.8, 0, 6.2832);
    cairo_fill(cr);
  }
}

int main(int count, char **words) {
  if (count < 2) return 64;
  static void (*const marks[5])(double, int) = {lines, bars, areas, cells, dots};
  cairo_surface_t *surface = cairo_pdf_surface_create(words[1], 595.28, 841.89);
  cr = cairo_create(surface);
  cairo_select_font_face(cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (int chart = 0; chart < 20; chart++) {
    const double top = chart % 2 ? 480 : 100;
    axes(top, chart + 1);
    marks[chart % 5](top, chart);
    if (chart % 2 == 0) continue;
    char page[16];
    snprintf(page, sizeof page, "Page %d of 10", chart / 2 + 1);
    text(553, 818, 7, page, 1);
    text(42, 30, 7, "Yearly report", 0);
    cairo_show_page(cr);
  }
  cairo_destroy(cr);
  cairo_surface_finish(surface);
  const cairo_status_t status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  return status;
}
