

u
répertoire