// PDFCanvas: first files to come.
