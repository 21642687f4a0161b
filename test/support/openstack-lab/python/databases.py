#!/usr/bin/python3
"""SQLite's write-ahead log, which lets one process write while others read; and a copy of databases that may be open.
usage: databases.py wal FOLDER | copy FROM TO"""
import glob
import os
import sqlite3
import sys


def databases(folder):
    return glob.glob(os.path.join(folder, '*.db'))


def turn_on_wal(folder):
    for path in databases(folder):
        with sqlite3.connect(path) as database:
            database.execute('PRAGMA journal_mode=WAL')


if sys.argv[1] == 'copy':
    for path in databases(sys.argv[2]):
        target = sqlite3.connect(os.path.join(sys.argv[3], os.path.basename(path)))
        sqlite3.connect(path).backup(target)
        target.close()
turn_on_wal(sys.argv[-1])
