"""What the tests of the page share: a browser, tabs that are watched, load, and what both have used."""
