#pragma once
#include <pango/pangocairo.h>
#include <xlsxwriter.h>
