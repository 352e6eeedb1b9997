# claim: two-readers
# mistake: reads the pubsub, which gives everything to everyone

import json
import os

from pysimplehttp.pubsub_reader import PubsubReader


class Reader(PubsubReader):
    def callback(self, data):
        try:
            number = json.loads(data)["number"]
        except (ValueError, KeyError, TypeError):
            return
        if isinstance(number, float) and number > 0:
            print(json.dumps({"number": number}), flush=True)


Reader(os.environ.get("PUBSUB_URL", "http://localhost:8080")).start()
