"""What comes in from outside: files, records and folders, and the images and positions they hold."""
