#!/usr/bin/python3
"""Stands in for ironic-python-agent, which Debian does not package: speaks its protocol with a real conductor (look-up, heartbeat, commands)
and really fetches the image, compares its checksum and writes it to a file, the node's disk; a partition image goes into the one partition of it.
usage: deploy_agent.py --ironic URL --node UUID --disk FILE [--fail]      --fail: writing the image fails"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
for name in ('--ironic', '--node', '--disk'):
    parser.add_argument(name, required=True)
parser.add_argument('--fail', action='store_true')
options = parser.parse_args()
HEADERS = {'X-OpenStack-Ironic-API-Version': '1.82', 'Content-Type': 'application/json', 'Accept': 'application/json'}
DEADLINE = time.time() + 240
commands = []
done = threading.Event()
finished_one = threading.Event()
partitions = {}


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(options.ironic + path, data, HEADERS, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, None
    except OSError:
        return 0, None


def write_image(image):
    if options.fail:
        raise RuntimeError('the disk of this node is broken')
    algorithm, wanted = image.get('os_hash_algo') or 'md5', image.get('os_hash_value') or image.get('checksum')
    digest = hashlib.new(algorithm)
    growing = options.disk + '.part'
    with urllib.request.urlopen(image['urls'][0]) as source, open(growing, 'wb') as target:
        while block := source.read(1 << 20):
            digest.update(block)
            target.write(block)
    if wanted and digest.hexdigest() != wanted:
        raise RuntimeError('Image failed to verify against checksum %s' % wanted)
    with open(growing, 'rb') as file:
        found = 'qcow2' if file.read(4) == b'QFI\xfb' else 'raw'
    written = options.disk + '.root' if image.get('root_mb') else options.disk
    subprocess.check_call(['qemu-img', 'convert', '-f', image.get('disk_format') or found, '-O', 'raw', growing, written])
    os.unlink(growing)
    if written != options.disk:
        write_partition(written, image)


def write_partition(root, image):
    if not (image.get('kernel') and image.get('ramdisk')):
        raise RuntimeError('a partition image without kernel and ramdisk')
    begin, size = 1 << 20, int(image['root_mb']) << 20
    if os.path.getsize(root) > size:
        raise RuntimeError('the root partition of %d MiB is too small' % int(image['root_mb']))
    with open(options.disk, 'wb') as disk:
        disk.truncate(begin + size)
    subprocess.run(['sfdisk', '-q', options.disk], input=b'start=2048, size=%d, type=83, bootable\n' % (size >> 9), check=True)
    subprocess.check_call(['dd', 'if=' + root, 'of=' + options.disk, 'bs=1M', 'seek=1', 'conv=notrunc,sparse', 'status=none'])
    os.unlink(root)
    asked = ['blkid', '-p', '-O', str(begin), '-s', 'UUID', '-o', 'value', options.disk]
    partitions['root uuid'] = subprocess.check_output(asked, text=True).strip()


STEP = {'step': 'write_image', 'priority': 0, 'interface': 'deploy', 'reboot_requested': False}


def result_of(name, parameters):
    if name == 'deploy.get_deploy_steps':
        return {'deploy_steps': {'Disk': [STEP]}, 'hardware_manager_version': {'Disk': '1'}}
    if name == 'deploy.execute_deploy_step':
        if parameters['step']['step'] == 'write_image':
            write_image(parameters['step']['args']['image_info'])
        return {'deploy_result': None, 'deploy_step': parameters['step']}
    if name in ('standby.power_off', 'standby.run_image', 'standby.reboot', 'standby.sync'):
        done.set()
    return partitions if name == 'standby.get_partition_uuids' else None


def execute(command):
    try:
        command['command_result'] = result_of(command['command_name'], command['command_params'])
        command['command_status'] = 'SUCCEEDED'
    except Exception as error:  # told to the conductor, whatever it is
        command['command_status'] = 'FAILED'
        command['command_error'] = {'type': type(error).__name__, 'code': 500, 'message': str(error), 'details': str(error)}
    command['command_name'] = command['command_name'].split('.', 1)[1]
    finished_one.set()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, content):
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer({'commands': commands})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        command = {'id': str(uuid.uuid4()), 'command_name': asked['name'], 'command_params': asked['params'],
                   'command_status': 'RUNNING', 'command_error': None, 'command_result': None}
        commands.append(command)
        if 'execute_' in asked['name'] and 'wait=true' not in self.path:
            threading.Thread(target=execute, args=(command,)).start()
        else:
            execute(command)
        self.answer(command)


while True:
    status, found = call('GET', '/v1/lookup?node_uuid=' + options.node)
    if status == 200:
        break
    if time.time() > DEADLINE:
        sys.exit('the node does not wait for an agent: %s' % status)
    time.sleep(0.2)

server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
beat = {'callback_url': 'http://127.0.0.1:%d' % server.server_address[1], 'agent_token': found['config']['agent_token'],
        'agent_version': '9.4.0', 'agent_status': 'start', 'agent_status_message': ''}
while not done.is_set() and time.time() < DEADLINE:
    status, _ = call('POST', '/v1/heartbeat/' + options.node, beat)
    if status in (400, 401, 404):
        break  # the node does not wait any more
    finished_one.wait(0.5)
    finished_one.clear()
time.sleep(1)
