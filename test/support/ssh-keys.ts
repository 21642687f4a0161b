/** Public keys that sshd takes, as ssh-keygen writes them but without comment; the private ones are gone. */
export const SSH_KEYS = {
  ed25519: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGBwLMv5utx6E1SLMQMqgWqPO33CM5IkFfGL0fE0i/F0',
  rsa: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCq+d4uCOlGg/4iShoqyf7vGX68wHhPGOSmKjC/Ptv7GY6AKH3UmB5OZV61LyzqBPgDBf/WfGa0ExCViiHvjkYrHhRKQIhADjjsCOTkiQx1UMtLU0pFZOb0uuAecQuA2c/HURN4yiqhoH68OI/wPjtqIBGPAaqtk/vz8J+S5imCDw==',
  ecdsa:
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPpezA1vYOzNbl03NHsB49CXckb9uRVHGGoww+q5VjJce41/hwX9ynIZgNBbMgPm6wmCD6cmoxGY3mg/sA+PmgU=',
  ed25519OnToken:
    'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICIa3hShVBAQW2woNDCqvUe23tb7KwOnpPHsbJOpR6kdAAAABHNzaDo=',
  ecdsaOnToken:
    'sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBPpezA1vYOzNbl03NHsB49CXckb9uRVHGGoww+q5VjJce41/hwX9ynIZgNBbMgPm6wmCD6cmoxGY3mg/sA+PmgUAAAAEc3NoOg==',
} as const;
