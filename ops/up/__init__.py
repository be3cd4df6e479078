"""`make up`: the whole product on this machine, watched over. Plain Python, so that every failure can speak clearly."""
