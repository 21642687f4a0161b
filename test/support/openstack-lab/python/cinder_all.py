#!/usr/bin/python3
"""Cinder's API, scheduler and volume service in one process: oslo.messaging's in-memory transport then serves instead of a broker.
usage: cinder_all.py --config-file cinder.conf"""
import sys

import eventlet

eventlet.monkey_patch()

import os_brick  # noqa: E402
from cinder import coordination, objects, rpc, service, version  # noqa: E402
from oslo_config import cfg  # noqa: E402
from oslo_log import log as logging  # noqa: E402
from oslo_privsep import priv_context  # noqa: E402
from oslo_service import service as oslo_service  # noqa: E402

objects.register_all()

from cinder.common import config, constants  # noqa: E402
from cinder.volume import volume_utils  # noqa: E402,F401

CONF = cfg.CONF
CONF.register_cli_opt(cfg.StrOpt('backend_name'))
CONF(sys.argv[1:], project='cinder', version=version.version_string())
config.set_middleware_defaults()
logging.setup(CONF, 'cinder')
priv_context.init(root_helper=['env'])
os_brick.setup(CONF)
rpc.init(CONF)

launcher = oslo_service.ServiceLauncher(CONF, restart_method='mutate')
launcher.launch_service(service.Service.create(binary='cinder-scheduler'))
for backend in CONF.enabled_backends:
    CONF.register_opt(cfg.StrOpt('backend_host'), group=backend)
    launcher.launch_service(service.Service.create(
        host='%s@%s' % (CONF.host, backend), service_name=backend,
        binary=constants.VOLUME_BINARY, coordination=True))
coordination.COORDINATOR.start()
launcher.launch_service(service.WSGIService('osapi_volume'))
launcher.wait()
