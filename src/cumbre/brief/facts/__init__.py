"""What the worlds and the record say, without words: figures with passports, and arrays for drawing."""
