"""One window with all virtual devices of a hall: a hand puts a card on the reader, pulls the paper, unplugs a cable.

Runs as `python -m hall.twins reader=kiosk-1:PORT printer=kiosk-1:PORT:FOLDER ...`; the demo opens it by itself.
"""
