"""Read from a simplequeue and write to a pubsub, from Python.

The two things most programs need::

    from pysimplehttp.BaseReader import BaseReader
    from pysimplehttp.http import pubsub_write

Every module has its own documentation: try ``python3 -m pydoc pysimplehttp.BaseReader``.
"""
