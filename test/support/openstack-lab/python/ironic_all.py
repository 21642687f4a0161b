#!/usr/bin/python3
"""Ironic's API and conductor in one process, with fake hardware that can boot from its disk: the driver's own list of boot devices ends
at the network, and a BIOS node could never be deployed.
usage: ironic_all.py --config-file ironic.conf"""
import sys

import ironic.cmd.singleprocess
from ironic.common import boot_devices
from ironic.drivers.modules import fake

fake.FakeManagement.get_supported_boot_devices = lambda self, task: [boot_devices.PXE, boot_devices.DISK]

sys.exit(ironic.cmd.singleprocess.main())
