"""Personal data: who is asked about, what may go now and what must stay, export, erasure, and the end of retention."""
