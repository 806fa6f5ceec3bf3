

répertoire

répertoire
a:
répertoire