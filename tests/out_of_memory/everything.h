/* everything.h: calls whatever needs memory of a model, and passes over what has none. */
#ifndef WB_TEST_EVERYTHING_H
#define WB_TEST_EVERYTHING_H

#include <weighbridge.h>
#include <stdio.h>
#include <stdlib.h>

/* Calls that answered something that they may not. */
static int wrong_answers;
/* Calls that answered that there is no memory. */
static int refusals;
/* Whether to tell each call's answer. */
static int is_told;

/* Whether a call was served. Any other answer than that there is no memory is wrong. */
static int answers(const char *call, wb_status status, wb_error **e) {
  const char *message = e != NULL && *e != NULL ? wb_error_message(*e) : "";
  if (is_told || (status != WB_OK && status != WB_ERR_OUT_OF_MEMORY)) {
    printf("%s: %s %.300s\n", call, wb_status_name(status), message);
  }
  if (status != WB_OK && status != WB_ERR_OUT_OF_MEMORY) wrong_answers++;
  if (status == WB_ERR_OUT_OF_MEMORY) refusals++;
  if (e != NULL) {
    wb_error_release(*e);
    *e = NULL;
  }
  return status == WB_OK;
}

static void look_at_tensors(const wb_model *m) {
  wb_error *e = NULL;
  unsigned char bytes[4096];
  const size_t count = wb_model_tensor_count(m);
  for (size_t i = 0; i < count && i < 4; i++) {
    wb_tensor_info info = {0};
    size_t found;
    wb_buffer *buffer = NULL;
    info.struct_size = sizeof info;
    answers("info", wb_model_tensor_info(m, i, &info), NULL);
    answers("find", wb_model_tensor_find(m, info.name.ptr, info.name.len, &found), NULL);
    const size_t len = info.bytes < sizeof bytes ? (size_t)info.bytes : sizeof bytes;
    answers("read", wb_model_tensor_read(m, i, 0, bytes, len, &e), &e);
    answers("buffer", wb_model_tensor_buffer(m, i, &buffer, &e), &e);
    wb_buffer_release(buffer);
  }
}

static void look_at_texts(const wb_model *m) {
  wb_error *e = NULL;
  for (size_t i = 0; i < wb_model_metadata_count(m) && i < 4; i++) {
    wb_metadata_info entry = {0};
    size_t found;
    entry.struct_size = sizeof entry;
    if (answers("metadata", wb_model_metadata_info(m, i, &entry), NULL)) {
      answers("metadata find", wb_model_metadata_find(m, entry.key.ptr, entry.key.len, &found), NULL);
    }
  }
  for (size_t i = 0; i < wb_model_asset_count(m) && i < 4; i++) {
    wb_asset_info asset = {0};
    size_t found;
    wb_buffer *buffer = NULL;
    asset.struct_size = sizeof asset;
    if (answers("asset", wb_model_asset_info(m, i, &asset), NULL)) {
      answers("asset find", wb_model_asset_find(m, asset.name.ptr, asset.name.len, &found), NULL);
    }
    answers("asset buffer", wb_model_asset_buffer(m, i, &buffer, &e), &e);
    wb_buffer_release(buffer);
  }
}

static void verify(const wb_model *m) {
  wb_error *e = NULL;
  wb_report *report = NULL;
  wb_status status = wb_model_verify(m, NULL, &report, &e);
  /* Some models have manifests of files that are not there. Then there is a report as well. */
  if (status == WB_ERR_MISMATCH) status = WB_OK;
  if (!answers("verify", status, &e)) return;
  for (size_t i = 0; i < wb_report_line_count(report) && i < 10; i++) {
    wb_line_info line = {0};
    line.struct_size = sizeof line;
    answers("line", wb_report_line_info(report, i, &line), NULL);
  }
  wb_report_release(report);
}

static void check(const wb_model *m) {
  wb_error *e = NULL;
  wb_findings *findings = NULL;
  if (!answers("check", wb_model_check(m, NULL, &findings, &e), &e)) return;
  for (size_t i = 0; i < wb_findings_count(findings) && i < 10; i++) {
    wb_finding_info finding = {0};
    finding.struct_size = sizeof finding;
    answers("finding", wb_findings_info(findings, i, &finding), NULL);
  }
  wb_findings_release(findings);
}

static void load(const wb_model *m, uint32_t target) {
  wb_error *e = NULL;
  wb_placement *placement = NULL;
  wb_report *report = NULL;
  wb_plan_options options = {0};
  options.struct_size = sizeof options;
  options.target = target;
  const wb_status status = wb_model_load(m, &options, &placement, &e);
  if (target == WB_TARGET_SEALED && status == WB_ERR_UNSUPPORTED) { /* as on every system but Linux */
    wb_error_release(e);
    return;
  }
  if (!answers("load", status, &e)) return;
  for (size_t i = 0; i < wb_placement_tensor_count(placement) && i < 4; i++) {
    wb_placed_tensor_info placed = {0};
    size_t found;
    placed.struct_size = sizeof placed;
    answers("placed", wb_placement_tensor_info(placement, i, &placed), NULL);
    answers("find placed", wb_placement_tensor_find(placement, placed.name.ptr, placed.name.len, &found), NULL);
  }
  answers("report", wb_placement_report(placement, &report, &e), &e);
  wb_report_release(report);
  wb_placement_release(placement);
}

/* Opens a model, looks at it, verifies, checks and loads it. What is left at the end is nothing. */
static void do_everything(const wb_context *c, const char *path) {
  wb_error *e = NULL;
  wb_model *m = NULL;
  if (!answers("open", wb_model_open(c, path, WB_NUL, NULL, &m, &e), &e)) return;
  look_at_tensors(m);
  look_at_texts(m);
  check(m);
  load(m, WB_TARGET_HOST);
  verify(m);
  load(m, WB_TARGET_SEALED);
  wb_model_release(m);
}

static wb_context *context_of(int threads) {
  wb_context *c = NULL;
  wb_context_options options = {0};
  options.struct_size = sizeof options;
  options.max_threads = (uint32_t)threads;
  if (wb_context_create(&options, &c, NULL) != WB_OK) abort();
  return c;
}

#endif
