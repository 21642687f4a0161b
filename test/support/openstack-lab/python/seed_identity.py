#!/usr/bin/python3
"""Projects, users, services, endpoints, limits and an application credential, by Keystone's API.
usage: seed_identity.py, with a JSON object on standard input: {auth_url, password, services: [{type, name, url}]}
prints {image_endpoint, application_credential: {id, secret}}"""
import json
import sys
import urllib.error
import urllib.request

REGION = 'RegionOne'
LIMITS_MIB = {'image_size_total': 20480, 'image_stage_total': 20480, 'image_count_total': 1000, 'image_count_uploading': 100}
given = json.load(sys.stdin)


def call(method, path, body=None, token=None):
    headers = {'Content-Type': 'application/json'}
    if token:
        headers['X-Auth-Token'] = token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(given['auth_url'] + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return json.loads(text) if text else {}, answer.headers
    except urllib.error.HTTPError as error:
        sys.exit('%s %s: %s %s' % (method, path, error.code, error.read().decode(errors='replace')))


def log_in(user, project):
    domain = {'id': 'default'}
    body = {'auth': {
        'identity': {'methods': ['password'],
                     'password': {'user': {'name': user, 'domain': domain, 'password': given['password']}}},
        'scope': {'project': {'name': project, 'domain': domain}}}}
    answer, headers = call('POST', '/auth/tokens', body)
    return headers['X-Subject-Token'], answer['token']['user']['id']


admin, _ = log_in('admin', 'admin')


def ensure(collection, kind, name, **fields):
    for found in call('GET', '/%s?name=%s' % (collection, name), token=admin)[0][collection]:
        if found['name'] == name:
            return found['id']
    return call('POST', '/' + collection, {kind: {'name': name, **fields}}, admin)[0][kind]['id']


role_ids = {name: ensure('roles', 'role', name) for name in ('admin', 'member', 'reader', 'service')}
projects = {name: ensure('projects', 'project', name, domain_id='default') for name in ('service', 'demo', 'other')}


def user(name, project, roles):
    made = ensure('users', 'user', name, domain_id='default', password=given['password'])
    for role in roles:
        call('PUT', '/projects/%s/users/%s/roles/%s' % (projects[project], made, role_ids[role]), token=admin)
    return made


for name in ('glance', 'ironic', 'cinder'):
    made = user(name, 'service', ['admin', 'service'])
    if name == 'glance':  # reads the limits
        call('PUT', '/system/users/%s/roles/%s' % (made, role_ids['reader']), token=admin)
user('demo', 'demo', ['member'])
user('demo_reader', 'demo', ['reader'])
user('other', 'other', ['member'])

image_endpoint = ''
for service in given['services']:
    service_id = ensure('services', 'service', service['name'], type=service['type'])
    for interface in ('public', 'internal', 'admin'):
        endpoint = {'service_id': service_id, 'interface': interface, 'region_id': REGION, 'url': service['url']}
        made = call('POST', '/endpoints', {'endpoint': endpoint}, admin)[0]['endpoint']
        if service['type'] == 'image' and interface == 'public':
            image_endpoint = made['id']
    if service['type'] == 'image':
        limits = [{'service_id': service_id, 'region_id': REGION, 'resource_name': name, 'default_limit': value}
                  for name, value in LIMITS_MIB.items()]
        call('POST', '/registered_limits', {'registered_limits': limits}, admin)

demo, demo_id = log_in('demo', 'demo')
made = call('POST', '/users/%s/application_credentials' % demo_id,
            {'application_credential': {'name': 'kiln'}}, demo)[0]['application_credential']
print(json.dumps({'image_endpoint': image_endpoint,
                  'application_credential': {'id': made['id'], 'secret': made['secret']}}))
