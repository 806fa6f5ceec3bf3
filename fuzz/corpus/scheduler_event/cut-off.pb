*Q
O


répertoire"Erreur: répertoire*
aZ0123456789abcdefb


réper