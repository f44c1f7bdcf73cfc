// FormattingTests: first files to come.
