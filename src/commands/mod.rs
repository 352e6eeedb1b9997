//! One thin file per subcommand; errors become exit codes here and nowhere else.
