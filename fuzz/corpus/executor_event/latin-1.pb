:

répertoire