# bootstrap
