print("treue")
