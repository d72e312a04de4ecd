"""Common words for spelling, counting and sorting."""

WORDS = """
    apple anchor arrow autumn badge banana basket beacon blanket bottle branch bread bridge
    brush bucket button cabin camel candle carpet castle chain chair cherry circle clock cloud
    coat coin corner cotton crown cup curtain daisy desk dish door dragon dress drum duck eagle
    ear earth echo egg elbow engine face farm feather fence field finger fire fish flag floor
    flower forest fork fox frame frog fruit garden gate ghost giant glass glove goat grape grass
    hammer hand harbor hat heart hill honey hook horse house ice ink island ivory jacket jar
    jelly jewel juice kettle key king kitchen kite knee knife ladder lake lamp leaf lemon letter
    light lion lock magnet map market mask meadow milk mirror money moon morning mountain mouse
    nail neck needle nest night north nose nut oak ocean onion orange oven owl paint palace
    paper parcel peach pear pencil pepper picture pillow planet plate pocket pond potato queen
    quilt rabbit rain ribbon ring river road rocket roof rope rose saddle salt sand school
    scissors sea seed shadow sheep shell ship shirt shoe silk silver snow soap song soup spoon
    star stone storm sugar summer sun table tail tea tent thread ticket tiger tower train tree
    tulip turtle umbrella uncle valley vase village violin wagon wall watch water wheel whistle
    wind window winter wolf wood wool yard yarn year zebra zipper
""".split()
