<?php
// Reads a template as the frontend of Zabbix imports one, up to where it would ask the database.
// usage: php zabbix_import.php FRONTEND_FOLDER TEMPLATE_FILE; prints what was understood as JSON.
[, $root, $file] = $argv;
error_reporting(E_ALL & ~E_DEPRECATED);
chdir($root);
set_include_path($root);
require_once 'include/classes/core/CAutoloader.php';
$folders = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$root/include/classes",
		FilesystemIterator::SKIP_DOTS), RecursiveIteratorIterator::SELF_FIRST) as $one) {
	if ($one->isDir()) {
		$folders[] = $one->getPathname();
	}
}
$autoloader = new CAutoloader();
$autoloader->addNamespace('', $folders);
$autoloader->register();
foreach (['debug', 'gettextwrapper', 'defines', 'func', 'validate', 'items', 'triggers'] as $name) {
	require_once "include/$name.inc.php";
}

$data = CImportReaderFactory::getReader('json')->read(file_get_contents($file));
$validators = new CImportValidatorFactory('json');
$data = (new CXmlValidator($validators, 'json'))->setStrict(true)->validate($data, '/');
$schema = $validators->getObject(ZABBIX_EXPORT_VERSION)->getSchema();
$data = (new CConstantImportConverter($schema))->convert($data);
$data = (new CDefaultImportConverter($schema))->convert($data);
$data = (new CImportDataNormalizer($schema))->normalize($data);

$expressions = new CExpressionParser(['lldmacros' => true, 'usermacros' => true]);
$keys = new CItemKey();
$understood = ['keys' => [], 'expressions' => []];
array_walk_recursive($data, function ($value, $name) use ($expressions, $keys, &$understood) {
	if ($name === 'expression' && $value !== '' && str_contains($value, '/')) {
		if ($expressions->parse($value) !== CParser::PARSE_SUCCESS) {
			throw new Exception("no expression: $value: ".$expressions->getError());
		}
		$understood['expressions'][] = $value;
	}
	if ($name === 'key') {
		if ($keys->parse($value) !== CParser::PARSE_SUCCESS) {
			throw new Exception("no key: $value: ".$keys->getError());
		}
		$understood['keys'][] = $value;
	}
});
echo json_encode($understood);
