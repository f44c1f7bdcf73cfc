#include "SVGShims.h"
#include <dlfcn.h>
#include <glib-object.h>

// As librsvg/rsvg.h declares them.
typedef struct {
  double x, y, width, height;
} viewport;
typedef void *(*new_from_data)(const unsigned char *data, gsize length, GError **error);
typedef gboolean (*render_document)(void *handle, cairo_t *cairo, const viewport *place, GError **error);

struct almanac_svg {
  void *handle;
};

static new_from_data open_document;
static render_document draw_document;

static gpointer load(gpointer unused) {
  (void)unused;
  void *library = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return NULL;
  open_document = (new_from_data)dlsym(library, "rsvg_handle_new_from_data");
  draw_document = (render_document)dlsym(library, "rsvg_handle_render_document");
  return open_document && draw_document ? library : NULL;  // never closed: its types stay registered
}

almanac_svg_status almanac_svg_open(const unsigned char *bytes, size_t count, almanac_svg **svg) {
  static GOnce once = G_ONCE_INIT;
  if (!g_once(&once, load, NULL)) return ALMANAC_SVG_NO_LIBRARY;
  GError *error = NULL;
  void *handle = open_document(bytes, count, &error);
  if (error) g_error_free(error);
  if (!handle) return ALMANAC_SVG_DAMAGED;
  *svg = g_new(almanac_svg, 1);
  (*svg)->handle = handle;
  return ALMANAC_SVG_OK;
}

int almanac_svg_draw(almanac_svg *svg, cairo_t *cairo, double x, double y, double width, double height) {
  viewport place = {x, y, width, height};
  GError *error = NULL;
  gboolean drawn = draw_document(svg->handle, cairo, &place, &error);
  if (error) g_error_free(error);
  return drawn;
}

void almanac_svg_close(almanac_svg *svg) {
  g_object_unref(svg->handle);
  g_free(svg);
}
