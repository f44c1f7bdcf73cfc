#pragma once
#include <cairo.h>
#include <stddef.h>

/// Pictures of vectors by librsvg 2.48 or later, which is looked for when the first is opened: only tenants with such a
/// logo need it.
typedef struct almanac_svg almanac_svg;

typedef enum {
  ALMANAC_SVG_OK,
  /// The library is not installed.
  ALMANAC_SVG_NO_LIBRARY,
  /// The bytes are no SVG document.
  ALMANAC_SVG_DAMAGED,
} almanac_svg_status;

/// Reads a document. It has no address, so that nothing it refers to outside of itself is ever read.
almanac_svg_status almanac_svg_open(const unsigned char *bytes, size_t count, almanac_svg **svg);

/// Draws it as large as the box allows, its proportions kept. Zero where the library can't.
int almanac_svg_draw(almanac_svg *svg, cairo_t *cairo, double x, double y, double width, double height);

void almanac_svg_close(almanac_svg *svg);
