#include "aggregate/charts/picture.h"

#include "support/catch.h"

using multistate::aggregate::Picture;

TEST_CASE("an image is the PNG that another encoder makes of the same pixels") {
  Picture picture;
  picture.width = 2;
  picture.height = 1;
  picture.pixels = {1, 0};
  picture.colors[1] = {255, 128, 0};
  // Of Python's zlib.compress(b"\0\1\0", 0) and zlib.crc32().
  const std::string uri = picture.data_uri();
  CHECK(
      uri.starts_with("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4"
                      "AAADAFBMVEUAAAD/gAAAAAAA"));
  CHECK(
      uri.ends_with("AAAAAABgRy3MAAAAAXRSTlMAQObYZgAAAA5JREFUeAEBAwD8/wABAAAFAAL83xtTAAAAAElFTkSu"
                    "QmCC"));
}
