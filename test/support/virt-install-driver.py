"""Runs the installed virt-install once per command line, all in one process.

Reads one JSON object a line from standard input, {"uri": …, "args": […]}, and writes one a line:
{"out": …, "err": …, "status": …}. With `"osinfo": true` it writes what libosinfo says of every system instead.
"""

import contextlib
import io
import json
import logging
import sys

sys.path.insert(0, "/usr/share/virt-manager")

from virtinst import virtinstall  # noqa: E402


def run(uri, args):
    sys.argv = ["virt-install", "--connect", uri, *args]
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = virtinstall.main() or 0
        except SystemExit as ended:
            status = ended.code or 0
        except Exception as error:  # what virt-install's own main loop prints before it ends with 1
            print("ERROR", error, file=err)
            status = 1
        finally:
            logging.getLogger().handlers.clear()
    return {"out": out.getvalue(), "err": err.getvalue(), "status": status}


def systems():
    from virtinst.osdict import OSDB, _OsinfoIter

    def amounts(resources):
        return {r.get_architecture(): [r.get_ram(), r.get_n_cpus(), r.get_storage()] for r in _OsinfoIter(resources)}

    found = {}
    for system in OSDB.list_os():
        if system.is_generic():
            continue
        os = system.get_handle()
        firmware = os.get_complete_firmware_list().get_elements()
        found[system.name] = {
            "id": system.full_id,
            "family": system._family or "",
            "distro": system.distro,
            "devices": sorted({device.get_id() for device in system._get_all_devices()}),
            "minimum": amounts(os.get_minimum_resources()),
            "recommended": amounts(os.get_recommended_resources()),
            "networkInstall": amounts(os.get_network_install_resources()),
            "firmware": sorted([f.get_architecture(), f.get_firmware_type(), f.is_supported()] for f in firmware),
            "sourceArgument": system.get_kernel_url_arg(),
            "relatedToRhel6": system._is_related_to("rhel6.0"),
        }
    return found


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = systems() if request.get("osinfo") else run(request["uri"], request["args"])
        print(json.dumps(answer), flush=True)


main()
