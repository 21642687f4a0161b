"""A Cinder driver that keeps volumes as sparse files: needs no LVM, no iSCSI and no root, and still moves real bytes."""
import os
import shutil

from cinder import interface
from cinder.image import image_utils
from cinder.volume import configuration, driver, volume_utils
from oslo_config import cfg
from oslo_concurrency import processutils

OPTIONS = [cfg.StrOpt('volume_folder')]
cfg.CONF.register_opts(OPTIONS, group=configuration.SHARED_CONF_GROUP)
GIB = 1 << 30


@interface.volumedriver
class FileVolumes(driver.VolumeDriver):
    VERSION = '1.0'
    CI_WIKI_NAME = 'none'

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTIONS)
        self.folder = self.configuration.volume_folder
        os.makedirs(self.folder, exist_ok=True)

    @staticmethod
    def get_driver_options():
        return OPTIONS

    def check_for_setup_error(self):
        pass

    def path(self, name):
        return os.path.join(self.folder, name)

    def local_path(self, volume):
        return self.path(volume['name'])

    def copy(self, source, target, gibibytes=None):
        processutils.execute('cp', '--sparse=always', source, target)
        if gibibytes:
            os.truncate(target, gibibytes * GIB)

    def create_volume(self, volume):
        with open(self.local_path(volume), 'wb') as file:
            file.truncate(volume['size'] * GIB)

    def delete_volume(self, volume):
        if os.path.exists(self.local_path(volume)):
            os.unlink(self.local_path(volume))

    def extend_volume(self, volume, size):
        os.truncate(self.local_path(volume), size * GIB)

    def create_snapshot(self, snapshot):
        self.copy(self.path(snapshot['volume_name']), self.local_path(snapshot))

    def delete_snapshot(self, snapshot):
        self.delete_volume(snapshot)

    def create_volume_from_snapshot(self, volume, snapshot):
        self.copy(self.local_path(snapshot), self.local_path(volume), volume['size'])

    def create_cloned_volume(self, volume, source):
        self.copy(self.local_path(source), self.local_path(volume), volume['size'])

    def clone_image(self, context, volume, location, metadata, image_service):
        return None, False

    def copy_image_to_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        image_utils.fetch_to_raw(context, image_service, image_id, self.local_path(volume), '1M',
                                 size=volume['size'], run_as_root=False)
        os.truncate(self.local_path(volume), volume['size'] * GIB)

    def copy_volume_to_image(self, context, volume, image_service, metadata):
        volume_utils.upload_volume(context, image_service, metadata, self.local_path(volume), volume,
                                   run_as_root=False)

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector):
        return {'driver_volume_type': 'local', 'data': {'device_path': self.local_path(volume)}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass

    def _update_volume_stats(self):
        usage = shutil.disk_usage(self.folder)
        self._stats = {
            'volume_backend_name': self.configuration.safe_get('volume_backend_name'),
            'vendor_name': 'lab', 'driver_version': self.VERSION, 'storage_protocol': 'file',
            'total_capacity_gb': usage.total / GIB, 'free_capacity_gb': usage.free / GIB,
            'reserved_percentage': 0, 'QoS_support': False, 'thin_provisioning_support': True,
            'max_over_subscription_ratio': '20.0', 'provisioned_capacity_gb': 0,
        }
