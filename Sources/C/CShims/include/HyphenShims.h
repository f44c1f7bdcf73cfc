#pragma once

/// The places where words of a language may be broken, by libhyphen and its dictionaries, which are looked for when the
/// first is opened: not every language needs them.
typedef struct almanac_hyphens almanac_hyphens;

/// Opens the dictionary of a language: `de_DE`. NULL where there is none, or no library. It is kept
/// until the process ends. Only the holder of the drawing lock may call these two.
almanac_hyphens *almanac_hyphens_open(const char *language);

/// Sets a mark of `marks` for each character of a word, in lower case, behind which it may be broken. A word of another
/// alphabet gets none.
void almanac_hyphens_find(almanac_hyphens *hyphens, const char *word, char *marks, int count);
